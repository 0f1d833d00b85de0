-- name: lock
-- One publication at a time, of whatever list: versions then grow in the order of commits.
SELECT pg_advisory_xact_lock(hashtextextended('kulla.publications', 0));

-- name: newest_version
SELECT coalesce(max(version), 0) FROM list_versions;

-- name: stage
-- A batch of rows of an import. Returns the ids that were new to it: the others are in the file twice.
INSERT INTO staged_records (import_id, record_id, row_number, body_sha256, body, staged_at)
SELECT $1, s.record_id, s.row_number, s.body_sha256, s.body::jsonb, $6
FROM unnest($2::text[], $3::integer[], $4::bytea[], $5::text[]) AS s (record_id, row_number, body_sha256, body)
ON CONFLICT (import_id, record_id) DO NOTHING
RETURNING row_number;

-- Publishing takes the rows of an import whole, or the part of them behind record id $4, up to $5 (NULL: to the end).

-- name: count_staged
-- $2: behind this record id, $3: up to that one. `kept`: rows that leave their record alone.
SELECT count(*) AS staged, count(*) FILTER (WHERE octet_length(body_sha256) = 0) AS kept
FROM staged_records
WHERE import_id = $1 AND record_id > $2
  AND record_id <= coalesce($3, (SELECT max(m.record_id) FROM staged_records m WHERE m.import_id = $1));

-- name: end_of_part
-- The last record id of the part behind $2 that has $3 rows; no row where fewer are left.
SELECT record_id FROM staged_records WHERE import_id = $1 AND record_id > $2 ORDER BY record_id OFFSET $3 - 1 LIMIT 1;

-- name: discard
-- Up to $2 rows that an import staged.
DELETE FROM staged_records WHERE ctid = ANY(ARRAY(SELECT ctid FROM staged_records WHERE import_id = $1 LIMIT $2)) RETURNING 1;

-- name: discard_old
-- Up to $2 rows that an interrupted import left behind before $1.
DELETE FROM staged_records WHERE ctid = ANY(ARRAY(SELECT ctid FROM staged_records WHERE staged_at < $1 LIMIT $2)) RETURNING 1;

-- name: close_staged
-- Close the current version of records that the import changes or removes (not of those it leaves alone: they are staged with an
-- empty hash, only so that `close_missing` finds them named). $3 is the new list version.
WITH closed AS (
    UPDATE records r
    SET to_version = $3
    FROM staged_records s
    WHERE s.import_id = $1 AND r.list_id = $2 AND r.record_id = s.record_id AND r.to_version IS NULL
      AND s.record_id > $4 AND s.record_id <= coalesce($5, (SELECT max(m.record_id) FROM staged_records m WHERE m.import_id = $1))
      AND r.body_sha256 <> s.body_sha256 AND octet_length(s.body_sha256) > 0
    RETURNING s.body IS NULL AS removed
)
SELECT count(*) FILTER (WHERE NOT removed) AS changed, count(*) FILTER (WHERE removed) AS removed FROM closed;

-- name: close_missing
-- Replacing a list: close what the import does not name.
WITH closed AS (
    UPDATE records r
    SET to_version = $3
    WHERE r.list_id = $2 AND r.to_version IS NULL AND r.record_id > $4
      AND r.record_id <= coalesce($5, (SELECT max(m.record_id) FROM records m WHERE m.list_id = $2 AND m.to_version IS NULL))
      AND NOT EXISTS (SELECT FROM staged_records s WHERE s.import_id = $1 AND s.record_id = r.record_id)
    RETURNING 1
)
SELECT count(*) FROM closed;

-- name: open_staged
-- Open a version of every staged record that has no current one; a record that comes back counts on from its last version.
WITH opened AS (
    INSERT INTO records (list_id, record_id, record_version, from_version, body_sha256, body)
    SELECT $2, s.record_id,
           1 + coalesce((SELECT max(o.record_version) FROM records o WHERE o.list_id = $2 AND o.record_id = s.record_id), 0),
           $3, s.body_sha256, s.body
    FROM staged_records s
    WHERE s.import_id = $1 AND s.body IS NOT NULL
      AND s.record_id > $4 AND s.record_id <= coalesce($5, (SELECT max(m.record_id) FROM staged_records m WHERE m.import_id = $1))
      AND NOT EXISTS (
          SELECT FROM records r WHERE r.list_id = $2 AND r.record_id = s.record_id AND r.to_version IS NULL)
    RETURNING 1
)
SELECT count(*) FROM opened;

-- name: add_version
-- $8: whether it is in force at once; a version behind one that still waits waits as well. Says whether it is. $9: what of
-- the list's fields it changes, $10: whether screeners need a base of it.
INSERT INTO list_versions (version, list_id, at, by, summary, note, approved_by, settings, resets, in_force_at)
SELECT $1::bigint, $2::text, $3::timestamptz, $4::text, $5::text::jsonb, $6::text, $7::text, $9::text::jsonb, $10::boolean,
       CASE WHEN $8::boolean AND NOT EXISTS (SELECT FROM list_versions WHERE in_force_at IS NULL) THEN $3 END
RETURNING in_force_at IS NOT NULL;

-- name: put_in_force
-- Versions up to $1; returns those that waited.
UPDATE list_versions SET in_force_at = $2 WHERE version <= $1 AND in_force_at IS NULL RETURNING version;

-- name: put_in_force_alone
-- Version $1, unless an earlier one waits.
UPDATE list_versions SET in_force_at = $2
WHERE version = $1 AND in_force_at IS NULL
    AND NOT EXISTS (SELECT FROM list_versions AS earlier WHERE earlier.version < $1 AND earlier.in_force_at IS NULL)
RETURNING version;

-- name: alerts_on_removed
-- Alerts that somebody still works on, whose record this publication took off the list. In the order of their ids, so that two
-- writers who lock several alerts never wait for each other crosswise.
SELECT a.alert_id
FROM alerts a
JOIN records r ON r.list_id = a.list_id AND r.record_id = a.record_id
WHERE a.list_id = $1 AND r.to_version = $2 AND a.state = ANY($3::text[])
  AND NOT EXISTS (SELECT FROM records n WHERE n.list_id = $1 AND n.record_id = a.record_id AND n.to_version IS NULL)
ORDER BY a.alert_id;

-- name: hold_intake
-- Wait for the manifests that are being stored this moment, and keep the next ones waiting until this publication is committed:
-- each is then either published again for the new version, or screened for the first time when that version is there to be seen.
LOCK TABLE manifest_outbox IN SHARE ROW EXCLUSIVE MODE;
