-- name: add
-- Remember a proven false match. Deciding the same again changes nothing.
INSERT INTO suppressions (suppression_id, fingerprints, list_id, record_id, record_version, alert_id,
                          reason_code, comment, created_by, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (suppression_id) DO NOTHING;

-- name: page
-- The newest first; $1 list, $2 record, $3 by whom, $4 of which state (NULL = any) at $5; behind a place ($6, $7), at most $8.
-- current_record_version NULL: the record is off its list.
SELECT s.*, r.record_version AS current_record_version
FROM suppressions s
LEFT JOIN records r ON r.list_id = s.list_id AND r.record_id = s.record_id AND r.to_version IS NULL
WHERE ($1::text IS NULL OR s.list_id = $1)
  AND ($2::text IS NULL OR s.record_id = $2)
  AND ($3::text IS NULL OR s.created_by = $3)
  AND ($4::text IS NULL OR $4 = CASE
          WHEN s.lifted_at IS NOT NULL THEN 'lifted'
          WHEN s.expires_at <= $5 THEN 'expired'
          WHEN r.record_version IS DISTINCT FROM s.record_version THEN 'rearmed'
          ELSE 'active' END)
  AND ($6::timestamptz IS NULL OR (s.created_at, s.suppression_id) < ($6, $7::text))
ORDER BY s.created_at DESC, s.suppression_id DESC
LIMIT $8;

-- name: lift
-- No row where there is none of that id; lifting twice keeps the first time.
WITH lifted AS (
    UPDATE suppressions SET lifted_at = $2, lifted_by = $3, lifted_reason_code = $4
    WHERE suppression_id = $1 AND lifted_at IS NULL
    RETURNING 1
)
SELECT EXISTS (SELECT FROM lifted) AS by_us FROM suppressions WHERE suppression_id = $1;
