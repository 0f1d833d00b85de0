-- What carriers sent, exactly, and what we read in it.
-- A submission and its manifests are written in one transaction, with their outbox rows, before the receipt leaves.

CREATE TABLE submissions (
    submission_id text PRIMARY KEY,
    owner         text        NOT NULL,          -- carrier designator of the key, else the key's id: who may see it
    key_id        text        NOT NULL,
    received_at   timestamptz NOT NULL,
    sha256        bytea       NOT NULL,          -- of the raw bytes: the idempotency key
    media_type    text        NOT NULL,
    raw           bytea       NOT NULL,
    receipt       bytea       NOT NULL,          -- schemas.receipt.Receipt as JSON: what the carrier was told, to the byte
    usable        boolean     NOT NULL,          -- false: answered 422, kept as evidence
    purge_at      timestamptz NOT NULL,
    UNIQUE (owner, sha256)
);
CREATE INDEX submissions_by_owner ON submissions (owner, received_at DESC, submission_id);
CREATE INDEX submissions_by_purge ON submissions (purge_at);

CREATE TABLE manifests (
    manifest_id         text PRIMARY KEY,
    submission_id       text        NOT NULL REFERENCES submissions ON DELETE CASCADE,
    message_index       integer     NOT NULL,
    flight_id           text        NOT NULL,
    flight_key          text        NOT NULL,
    carrier             text,
    departure_port      text,
    arrival_port        text,
    scheduled_departure timestamptz,
    scheduled_arrival   timestamptz,
    function            text        NOT NULL,
    traveller_count     integer     NOT NULL,
    test                boolean     NOT NULL,
    received_at         timestamptz NOT NULL,
    purge_at            timestamptz NOT NULL,
    body                bytea       NOT NULL,    -- schemas.manifest.Manifest as JSON, compressed (storage.bodies)
    UNIQUE (submission_id, message_index)
);
CREATE INDEX manifests_by_flight ON manifests (flight_id, received_at);
CREATE INDEX manifests_by_purge ON manifests (purge_at);

-- Which manifests the screener is done with. A row is written in the same transaction as the alerts it led to.
CREATE TABLE manifest_screenings (
    manifest_id     text PRIMARY KEY REFERENCES manifests ON DELETE CASCADE,
    screened_at     timestamptz NOT NULL,
    list_version    bigint      NOT NULL,
    matcher_version text        NOT NULL
);
