-- Reading the manifest outbox, shared among processes by advisory locks of their sessions.
--
-- Locks with two numbers: the reader's name, and a partition (0 to 15) or 16, which every live process holds shared: how many hold
-- it is how many there are. A session that ends, however it ends, gives all of it back.

-- name: join_readers
SELECT pg_advisory_lock_shared(hashtext('kulla.stream.' || $1), 16)

-- name: count_readers
SELECT count(*)
FROM pg_locks
WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND objid = 16
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND classid = (hashtext('kulla.stream.' || $1)::bigint & 4294967295)::oid

-- name: claim
-- Those of the given partitions that are free, at most $3 of them.
SELECT partition
FROM (SELECT p AS partition FROM unnest($2::integer[]) AS p OFFSET 0) AS wanted
WHERE pg_try_advisory_lock(hashtext('kulla.stream.' || $1), partition)
LIMIT $3

-- name: release
SELECT count(pg_advisory_unlock(hashtext('kulla.stream.' || $1), partition)) FROM unnest($2::integer[]) AS partition

-- name: list_progress
SELECT partition, major, minor FROM stream_progress WHERE reader = $1 AND partition = ANY ($2::integer[])

-- name: next_batch
-- Rows behind each partition's cursor, oldest first, below the horizon: nothing can still appear there (migration 0096).
-- At most $4 newly received, with their bodies, and $5 re-screens (partitions from 16 on): these name their manifest and come
-- without a body. Without any, one row that says only where that line was.
WITH place AS (
    SELECT * FROM unnest($1::integer[], $2::bigint[], $3::bigint[]) AS p (partition, major, minor)
), horizon AS MATERIALIZED (
    SELECT manifest_outbox_horizon() AS below
), batch AS (
    SELECT o.*, row_number() OVER (PARTITION BY o.partition >= 16 ORDER BY o.transaction_id, o.position) AS number
    FROM place p
    CROSS JOIN LATERAL (
        SELECT partition, transaction_id, position, flight_key, manifest_id, occasion, list_version
        FROM manifest_outbox
        WHERE partition = p.partition::smallint AND (transaction_id, position) > (p.major, p.minor)
            AND transaction_id < (SELECT below FROM horizon)
        ORDER BY transaction_id, position
        LIMIT CASE WHEN p.partition < 16 THEN $4::bigint ELSE $5::bigint END
    ) AS o
)
SELECT h.below, b.partition, b.transaction_id, b.position, b.flight_key, b.occasion, b.list_version, b.manifest_id,
    CASE WHEN b.partition < 16 THEN m.body END AS body
FROM horizon h
LEFT JOIN (batch b JOIN manifests m USING (manifest_id)) ON b.number <= CASE WHEN b.partition < 16 THEN $4 ELSE $5 END
ORDER BY b.transaction_id, b.position

-- name: has_pending
-- Whether rows are there above the line of the last look: then it is worth looking again very soon.
SELECT EXISTS (SELECT FROM manifest_outbox WHERE transaction_id >= $2 AND partition = ANY ($1::smallint[]))
