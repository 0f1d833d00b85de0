-- Where an import waits until it is published: filled in short transactions, so that the one that publishes is short too.
-- Unlogged: an import that a crash interrupts is simply sent again. The publisher checks that nothing has gone missing.

CREATE UNLOGGED TABLE staged_records (
    import_id   text        NOT NULL,
    record_id   text        NOT NULL,
    row_number  integer     NOT NULL,
    body_sha256 bytea       NOT NULL,
    body        jsonb,                             -- NULL: the record is to be removed
    staged_at   timestamptz NOT NULL,
    PRIMARY KEY (import_id, record_id)
);
CREATE INDEX staged_records_by_age ON staged_records (staged_at);
