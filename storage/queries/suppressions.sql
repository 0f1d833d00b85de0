-- name: add
-- Remember a proven false match. Deciding the same again changes nothing.
INSERT INTO suppressions (suppression_id, fingerprints, list_id, record_id, record_version, alert_id,
                          reason_code, comment, created_by, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (suppression_id) DO NOTHING;
