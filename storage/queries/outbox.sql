-- Writing the outbox. A statement writes its rows and wakes the readers; both take effect at the commit.

-- name: publish_manifests
-- In the given order. The caller holds the flights' advisory locks, so a flight's rows leave in the order of its commits.
WITH added AS (
    INSERT INTO manifest_outbox (flight_key, manifest_id, occasion)
    SELECT m.flight_key, m.manifest_id, 'received'
    FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS m (manifest_id, flight_key, place)
    ORDER BY m.place
    RETURNING 1
)
SELECT pg_notify('kulla_manifests', '') WHERE EXISTS (SELECT FROM added)

-- name: republish_live
-- Every live manifest again, to be screened with list version $1 or a newer one. Live: not yet due to be purged, not a test, and
-- of a flight that has not arrived $3 ago, or just received (whatever its dates say; an unknown arrival counts as live). Only
-- functions of $4. A flight's manifests stay in the order they came in.
WITH added AS (
    INSERT INTO manifest_outbox (flight_key, manifest_id, occasion, list_version)
    SELECT flight_key, manifest_id, 'rescreen', $1::bigint
    FROM manifests
    WHERE NOT test AND purge_at > $2 AND function = ANY ($4::text[])
        AND (scheduled_arrival IS NULL OR greatest(scheduled_arrival, received_at) > $2 - $3::interval)
    ORDER BY received_at, submission_id, message_index
    RETURNING 1
), counted AS (
    SELECT count(*) AS manifests FROM added
)
SELECT manifests, CASE WHEN manifests > 0 THEN pg_notify('kulla_manifests', '') END FROM counted

-- name: list_live
-- The same manifests, as of $1, of flights in the partitions of $4 (not of re-screens, which belong to them); the newest first.
SELECT manifest_id, flight_key
FROM manifests
WHERE NOT test AND purge_at > $1 AND function = ANY ($3::text[])
    AND (scheduled_arrival IS NULL OR greatest(scheduled_arrival, received_at) > $1 - $2::interval)
    AND (hashtextextended(flight_key, 0) & 15) = ANY ($4::bigint[])
ORDER BY received_at DESC, manifest_id

-- name: publish_alerts
-- $1: rows as JSON. A version that is there already is left alone: the same change, told twice.
WITH added AS (
    INSERT INTO alert_outbox (flight_key, port, alert_id, alert_version, payload)
    SELECT r.flight_key, r.port, r.alert_id, r.alert_version, r.payload
    FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS (
        flight_key text, port text, alert_id text, alert_version integer, payload jsonb)) WITH ORDINALITY
        AS r (flight_key, port, alert_id, alert_version, payload, place)
    ORDER BY r.place
    ON CONFLICT (alert_id, alert_version) DO NOTHING
    RETURNING 1
)
SELECT pg_notify('kulla_alerts', '') WHERE EXISTS (SELECT FROM added)

-- name: promise_no_manifests
-- See migration 0096. Until the transaction ends.
SELECT pg_advisory_xact_lock_shared(hashtext('kulla.no_manifests'), 1), set_config('kulla.no_manifests', 'on', true)
