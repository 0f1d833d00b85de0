-- Lists and their records, versioned.
--
-- list_versions counts the publications of all lists together; publications are serialised by an advisory lock, so the newest version
-- grows in commit order. A record is never updated: its row is closed (to_version) and a new one opened.

CREATE TABLE watchlists (
    list_id        text PRIMARY KEY,
    kind           text             NOT NULL CHECK (kind IN ('person', 'document', 'readmission')),
    title          text             NOT NULL,
    authority      text,
    legal_basis    text,
    severity       text             NOT NULL CHECK (severity IN ('high', 'medium', 'low')),
    threshold_bits double precision,
    created_at     timestamptz      NOT NULL,
    created_by     text             NOT NULL
);

CREATE TABLE list_versions (
    version bigint PRIMARY KEY,
    list_id text        NOT NULL REFERENCES watchlists,
    at      timestamptz NOT NULL,
    by      text        NOT NULL,
    summary jsonb       NOT NULL                   -- added, changed, removed, unchanged
);
CREATE INDEX list_versions_by_list ON list_versions (list_id, version DESC);

CREATE TABLE records (
    list_id        text        NOT NULL REFERENCES watchlists,
    record_id      text        NOT NULL,
    record_version integer     NOT NULL,           -- counts this record's changes, from 1
    from_version   bigint      NOT NULL,
    to_version     bigint,                         -- first list version without it; NULL = current
    body_sha256    bytea       NOT NULL,
    body           jsonb       NOT NULL,           -- schemas.watchlist.Record
    PRIMARY KEY (list_id, record_id, record_version)
);
CREATE UNIQUE INDEX records_current ON records (list_id, record_id) WHERE to_version IS NULL;
CREATE INDEX records_by_version ON records (from_version);
