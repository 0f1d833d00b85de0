-- Who did what. Lines are only ever added.

-- name: add_audit_line
INSERT INTO audit (at, actor, action, subject_kind, subject_id, details) VALUES ($1, $2, $3, $4, $5, $6::jsonb)

-- name: list_lines
-- Newest first, before position $6. $2 an action or the part before its point, $3 a subject or its kind; NULL = any.
SELECT position, at, actor, action, subject_kind, subject_id, details::text AS details
FROM audit
WHERE ($1::text IS NULL OR actor = $1)
    AND ($2::text IS NULL OR action = $2 OR split_part(action, '.', 1) = $2)
    AND ($3::text IS NULL OR subject_id = $3 OR subject_kind = $3)
    AND ($4::timestamptz IS NULL OR at >= $4)
    AND ($5::timestamptz IS NULL OR at < $5)
    AND ($6::bigint IS NULL OR position < $6)
ORDER BY position DESC
LIMIT $7

-- name: add_audit_lines
-- $1: lines as JSON.
INSERT INTO audit (at, actor, action, subject_kind, subject_id, details)
SELECT at, actor, action, subject_kind, subject_id, details
FROM jsonb_to_recordset($1::jsonb) AS r (
    at timestamptz, actor text, action text, subject_kind text, subject_id text, details jsonb)
