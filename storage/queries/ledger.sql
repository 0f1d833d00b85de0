-- The screener's ledger.

-- name: list_earlier_alerts
SELECT flight_id, alert_id, traveller_id, traveller_version_id, traveller_version, list_id, record_id, record_version, state, score,
       other_records, departure_port, arrival_port, scheduled_departure, scheduled_arrival, severity
FROM alerts
WHERE flight_id = ANY ($1::text[])
ORDER BY created_at, alert_id

-- name: list_alerted_records
SELECT flight_id, list_id, record_id, other_records FROM alerts WHERE flight_id = ANY ($1::text[])

-- name: suppressions_mark
-- Changes whenever the valid suppressions do.
SELECT count(*), max(created_at), min(expires_at), coalesce(sum(hashtext(suppression_id)), 0)
FROM suppressions WHERE expires_at > $1 AND lifted_at IS NULL

-- name: list_suppressions
SELECT fingerprints, list_id, record_id, record_version FROM suppressions WHERE expires_at > $1 AND lifted_at IS NULL ORDER BY suppression_id

-- name: list_screened
SELECT manifest_id FROM manifest_screenings WHERE manifest_id = ANY ($1::text[])

-- name: list_screened_with
SELECT manifest_id, list_version FROM manifest_screenings WHERE manifest_id = ANY ($1::text[])

-- name: take_in
-- Mark manifests as taken in; returns those that nobody had marked. One that was purged gets no mark. Waits for whoever is just
-- marking the same.
INSERT INTO manifest_screenings (manifest_id, screened_at, list_version, matcher_version)
SELECT manifest_id, $2, 0, '' FROM manifests WHERE manifest_id = ANY ($1::text[]) ORDER BY manifest_id
ON CONFLICT (manifest_id) DO NOTHING
RETURNING manifest_id

-- name: find_progress
SELECT major, minor FROM stream_progress WHERE reader = $1 AND partition = $2

-- name: list_traveller_versions
SELECT DISTINCT traveller_id, traveller_version_id, traveller_version FROM alerts WHERE traveller_id = ANY ($1::text[])

-- name: finish_batch
-- What every batch ends with, in one round trip: audit lines, the manifests' screened mark, and progress, which never goes back.
-- A manifest that was purged meanwhile gets no mark.
WITH audited AS (
    INSERT INTO audit (at, actor, action, subject_kind, subject_id, details)
    SELECT r.at, r.actor, r.action, r.subject_kind, r.subject_id, r.details
    FROM jsonb_to_recordset($1::jsonb) AS r (
        at timestamptz, actor text, action text, subject_kind text, subject_id text, details jsonb)
), present AS (
    SELECT s.manifest_id, s.list_version, s.matcher_version
    FROM jsonb_to_recordset($2::jsonb) AS s (manifest_id text, list_version bigint, matcher_version text)
    JOIN manifests m USING (manifest_id)
    FOR KEY SHARE OF m
), marked AS (
    INSERT INTO manifest_screenings (manifest_id, screened_at, list_version, matcher_version)
    SELECT manifest_id, $3, list_version, matcher_version FROM present
    ON CONFLICT (manifest_id) DO UPDATE
    SET screened_at = excluded.screened_at, list_version = excluded.list_version, matcher_version = excluded.matcher_version
)
INSERT INTO stream_progress (reader, partition, major, minor)
SELECT $4, p.partition, p.major, p.minor
FROM unnest($5::integer[], $6::bigint[], $7::bigint[]) AS p (partition, major, minor)
ORDER BY p.partition
ON CONFLICT (reader, partition) DO UPDATE
SET major = excluded.major, minor = excluded.minor, updated_at = clock_timestamp()
WHERE (excluded.major, excluded.minor) > (stream_progress.major, stream_progress.minor)

-- name: quarantine
INSERT INTO quarantine (quarantine_id, reader, partition, major, minor, key, body, reason, at, purge_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (quarantine_id) DO NOTHING
