-- The outbox: what happened, in the order of commits.
--
-- A sequence hands out numbers before the commit, so a reader that remembers "the last position" misses rows of transactions that
-- commit late. The cursor is therefore the pair (transaction_id, position), and a reader looks only below the oldest transaction
-- still running: pg_snapshot_xmin(pg_current_snapshot()). Transaction ids are kept as bigint (an xid8 never wraps), so that
-- ordinary B-trees order them.

CREATE TABLE manifest_outbox (
    transaction_id bigint      NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    position       bigint      GENERATED ALWAYS AS IDENTITY,
    flight_key     text        NOT NULL,
    -- One of 16 partitions by flight: a flight stays in order, and up to 16 screeners share the work.
    partition      smallint    GENERATED ALWAYS AS ((hashtextextended(flight_key, 0) & 15)::smallint) STORED,
    manifest_id    text        NOT NULL REFERENCES manifests ON DELETE CASCADE,
    occasion       text        NOT NULL CHECK (occasion IN ('received', 'rescreen')),
    list_version   bigint      NOT NULL DEFAULT 0,  -- least version of the lists to screen with
    created_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (transaction_id, position)
);
CREATE INDEX manifest_outbox_by_partition ON manifest_outbox (partition, transaction_id, position);
CREATE INDEX manifest_outbox_by_manifest ON manifest_outbox (manifest_id);

-- Every change of every alert, with the alert as it then was: the console feed and the topic kulla.alerts.v1.
CREATE TABLE alert_outbox (
    transaction_id bigint      NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    position       bigint      GENERATED ALWAYS AS IDENTITY,
    flight_key     text        NOT NULL,
    port           text,                            -- arrival port: whose console shows it
    alert_id       text        NOT NULL,
    alert_version  integer     NOT NULL,
    payload        jsonb       NOT NULL,            -- schemas.alert.Alert
    created_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (transaction_id, position),
    UNIQUE (alert_id, alert_version)
);
CREATE INDEX alert_outbox_by_port ON alert_outbox (port, transaction_id, position);

-- How far a reader is, per partition. The screener's row is written with its alerts; it only ever grows.
-- (major, minor) is (transaction_id, position) for outbox readers and (0, offset) for Kafka readers.
CREATE TABLE stream_progress (
    reader     text        NOT NULL,
    partition  integer     NOT NULL,
    major      bigint      NOT NULL,
    minor      bigint      NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (reader, partition)
);

-- Events that could not be processed, kept whole until somebody has looked.
CREATE TABLE quarantine (
    quarantine_id text PRIMARY KEY,
    reader        text        NOT NULL,
    partition     integer     NOT NULL,
    major         bigint      NOT NULL,
    minor         bigint      NOT NULL,
    key           text        NOT NULL,
    body          bytea       NOT NULL,
    reason        text        NOT NULL,
    at            timestamptz NOT NULL,
    purge_at      timestamptz NOT NULL
);
CREATE INDEX quarantine_by_purge ON quarantine (purge_at);
