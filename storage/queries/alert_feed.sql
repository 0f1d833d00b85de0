-- Every change of every alert in the order of commits, below the oldest transaction still running.

-- name: read_after
SELECT transaction_id, position, payload
FROM alert_outbox
WHERE (transaction_id, position) > ($1, $2) AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
ORDER BY transaction_id, position
LIMIT $3

-- name: read_port_after
SELECT transaction_id, position, payload
FROM alert_outbox
WHERE (transaction_id, position) > ($1, $2) AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
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
