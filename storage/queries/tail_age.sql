-- How far behind a reader is.

-- name: oldest_waiting
-- When the oldest row behind the reader's progress was written; rows that a forgotten transaction still hides count too.
SELECT min(o.created_at)
FROM generate_series(0, 31) AS p (partition)
LEFT JOIN stream_progress s ON s.reader = $1 AND s.partition = p.partition
CROSS JOIN LATERAL (
    SELECT created_at
    FROM manifest_outbox
    WHERE partition = p.partition::smallint AND (transaction_id, position) > (coalesce(s.major, 0), coalesce(s.minor, 0))
    ORDER BY transaction_id, position
    LIMIT 1
) AS o

-- name: clock
SELECT clock_timestamp()
