-- Which migrations the database has seen.

-- name: take_turn
-- One migrator at a time; released with the transaction. The number is arbitrary and only ours.
SELECT pg_advisory_xact_lock(7391402841)

-- name: create_register
CREATE TABLE IF NOT EXISTS schema_migrations (
    number integer     PRIMARY KEY,
    name   text        NOT NULL,
    sha256 bytea       NOT NULL,
    at     timestamptz NOT NULL DEFAULT clock_timestamp()
)

-- name: list_applied
SELECT number, name, sha256 FROM schema_migrations ORDER BY number

-- name: register
INSERT INTO schema_migrations (number, name, sha256) VALUES ($1, $2, $3)

-- name: allow_time
-- A migration of a large table may take longer than any transaction of daily work.
SET LOCAL transaction_timeout = 0
