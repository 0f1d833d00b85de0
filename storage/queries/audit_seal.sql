-- Sealing the audit trail: what was committed goes from the queue into a block.

-- name: try_lead
-- One sealer at a time, until the end of its transaction.
SELECT pg_try_advisory_xact_lock(hashtextextended('kulla.audit.seal', 0))

-- name: take
-- The oldest $1 lines of the queue. A line that is gone although it is queued comes with NULLs: the block remembers that it was there.
WITH taken AS (
    DELETE FROM audit_unsealed
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM audit_unsealed ORDER BY position LIMIT $1))
    RETURNING position
)
SELECT t.position, a.at, a.actor, a.action, a.subject_kind, a.subject_id, a.details::text AS details
FROM taken t
LEFT JOIN audit a USING (position)
ORDER BY t.position

-- name: newest_block
SELECT block, hash, sealed_at FROM audit_blocks ORDER BY block DESC LIMIT 1

-- name: add_block
INSERT INTO audit_blocks (block, positions, digests, first_at, last_at, sealed_at, previous_hash, hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)

-- name: span
-- The first block that holds a line of $1 or later, and the last that holds one of before $2.
SELECT CASE WHEN $1::timestamptz IS NULL THEN 1 ELSE min(block) FILTER (WHERE last_at >= $1) END AS first,
    max(block) FILTER (WHERE $2::timestamptz IS NULL OR first_at < $2) AS last
FROM audit_blocks

-- name: list_blocks
-- Blocks from number $1 to number $2, at most $3.
SELECT block, positions, digests, first_at, last_at, sealed_at, previous_hash, hash
FROM audit_blocks
WHERE block BETWEEN $1 AND $2
ORDER BY block
LIMIT $3

-- name: list_lines
SELECT position, at, actor, action, subject_kind, subject_id, details::text AS details
FROM audit
WHERE position = ANY ($1::bigint[])

-- name: list_strangers
-- Lines that are in no block and not waiting for one: somebody put them there past the trail.
SELECT position FROM audit WHERE ($1::timestamptz IS NULL OR at >= $1) AND ($2::timestamptz IS NULL OR at < $2)
EXCEPT SELECT position FROM audit_unsealed
EXCEPT SELECT unnest(positions) FROM audit_blocks
ORDER BY position
LIMIT $3

-- name: count_unsealed
SELECT count(*) FROM audit_unsealed

-- name: purged_through
-- Up to which block the lines were purged, as the trail itself says; 0 where nothing was.
SELECT coalesce(max((details ->> 'through_block')::bigint), 0) FROM audit WHERE subject_kind = 'audit' AND action = 'audit.purged'

-- name: list_block_heads
-- Hashes of these blocks.
SELECT block, hash FROM audit_blocks WHERE block = ANY ($1::bigint[])
