-- Every change of every alert in the order of commits, below the oldest transaction still running.
--
-- A cursor beyond every transaction of this server was handed out before the database was restored from a dump (see restored.sql):
-- its owner begins again.

-- name: read_after
SELECT transaction_id, position, port, payload
FROM alert_outbox
WHERE (transaction_id, position) > (
        CASE WHEN $1::bigint >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint THEN 0 ELSE $1::bigint END,
        CASE WHEN $1::bigint >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint THEN 0 ELSE $2::bigint END)
    AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
ORDER BY transaction_id, position
LIMIT $3

-- name: read_port_after
SELECT transaction_id, position, port, payload
FROM alert_outbox
WHERE (transaction_id, position) > (
        CASE WHEN $1::bigint >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint THEN 0 ELSE $1::bigint END,
        CASE WHEN $1::bigint >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint THEN 0 ELSE $2::bigint END)
    AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    AND port = $4
ORDER BY transaction_id, position
LIMIT $3

-- name: newest_cursor
-- Whoever starts here sees everything that is not yet readable, and nothing before.
SELECT transaction_id, position
FROM alert_outbox
WHERE transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
ORDER BY transaction_id DESC, position DESC
LIMIT 1
