-- What the relay reads and remembers. Every tail looks only below the oldest transaction still running (see migration 0002; of manifests 0096).
-- The parameters of a tail are the cursor ($1, $2), how many rows ($3), and how many bytes at rest ($4), of which at least one
-- row is given however large it is.

-- name: try_lead
-- One relay at a time: held by the session, so that it ends with the relay's connection.
SELECT pg_try_advisory_lock(hashtextextended('kulla.relay', 0))

-- name: tail_manifests
WITH next AS (
    SELECT o.transaction_id, o.position, o.flight_key, o.occasion, o.list_version, m.body, m.manifest_id,
        sum(octet_length(m.body)) OVER (ORDER BY o.transaction_id, o.position) - octet_length(m.body) AS bytes_before
    FROM (
        SELECT * FROM manifest_outbox
        WHERE (transaction_id, position) > ($1, $2)
            AND transaction_id < (SELECT manifest_outbox_horizon())
        ORDER BY transaction_id, position
        LIMIT $3
    ) AS o
    JOIN manifests m USING (manifest_id)
)
SELECT transaction_id, position, flight_key, occasion, list_version, body, manifest_id
FROM next
WHERE bytes_before = 0 OR bytes_before < $4
ORDER BY transaction_id, position

-- name: tail_alerts
SELECT transaction_id, position, flight_key AS key, payload::text AS payload
FROM (
    SELECT *, sum(pg_column_size(payload)) OVER (ORDER BY transaction_id, position) - pg_column_size(payload) AS bytes_before
    FROM (
        SELECT * FROM alert_outbox
        WHERE (transaction_id, position) > ($1, $2)
            AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
        ORDER BY transaction_id, position
        LIMIT $3
    ) AS oldest
) AS next
WHERE bytes_before = 0 OR bytes_before < $4
ORDER BY transaction_id, position

-- name: tail_quarantine
-- Without bodies, so the bytes do not matter: $4 is only there to be asked alike.
SELECT transaction_id, position, key, quarantine_id, reason, at
FROM quarantine
WHERE (transaction_id, position) > ($1, $2)
    AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    AND $4::bigint > 0
ORDER BY transaction_id, position
LIMIT $3

-- name: cursor
SELECT major, minor FROM stream_progress WHERE reader = $1 AND partition = 0

-- name: advance
-- After Kafka's acknowledgement. Never back.
INSERT INTO stream_progress AS p (reader, partition, major, minor)
VALUES ($1, 0, $2, $3)
ON CONFLICT (reader, partition) DO UPDATE
SET major = excluded.major, minor = excluded.minor, updated_at = clock_timestamp()
WHERE (p.major, p.minor) < (excluded.major, excluded.minor)

-- name: put_aside
-- A manifest that Kafka would not take, for people to look at. Once, however often the relay starts again.
INSERT INTO quarantine (quarantine_id, reader, partition, major, minor, key, body, reason, at, purge_at)
SELECT $1, $2, 0, $3, $4, m.flight_key, m.body, $6, clock_timestamp(), m.purge_at
FROM manifests m
WHERE m.manifest_id = $5
ON CONFLICT (quarantine_id) DO NOTHING

-- name: progress
-- How far the screeners are, by partition.
SELECT partition, minor FROM stream_progress WHERE reader = $1

-- name: republish
-- Manifests that were on the topic (their rows lie at or before the cursor ($1, $2), and the screeners are past it), and that
-- were yet not screened, or not with the lists they had to be: the topic lost them. Each waits twice as long as the time before
-- ($3 first), and after $4 attempts people have to look. Later messages of its flight may have been screened meanwhile; the
-- screener works out what is left of this one.
INSERT INTO manifest_outbox (flight_key, manifest_id, occasion, list_version)
SELECT m.flight_key, m.manifest_id,
    CASE WHEN s.manifest_id IS NULL THEN 'received' ELSE 'rescreen' END, o.list_version
FROM manifests m
LEFT JOIN manifest_screenings s USING (manifest_id)
CROSS JOIN LATERAL (
    SELECT count(*) AS attempts, max(created_at) AS latest, coalesce(max(list_version), 0) AS list_version,
        coalesce(bool_or((transaction_id, position) > ($1::bigint, $2::bigint)), false) AS waiting
    FROM manifest_outbox
    WHERE manifest_id = m.manifest_id AND (s.manifest_id IS NULL OR list_version > s.list_version)
) AS o
WHERE NOT m.test
    AND m.purge_at > clock_timestamp()
    AND (s.manifest_id IS NULL OR o.attempts > 0)
    AND NOT o.waiting
    AND o.attempts < $4::integer
    AND coalesce(o.latest, m.received_at) < clock_timestamp() - $3::interval * 2 ^ greatest(o.attempts - 1, 0)
ORDER BY m.received_at, m.submission_id, m.message_index
LIMIT $5
