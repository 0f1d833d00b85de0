-- Which version of the lists each running screener works with, told by itself every few seconds: for health checks.
CREATE TABLE screener_lists (
    screener     text PRIMARY KEY,
    list_version bigint      NOT NULL,
    record_count bigint      NOT NULL,
    loaded_at    timestamptz NOT NULL,
    seen_at      timestamptz NOT NULL
);
