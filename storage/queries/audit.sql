-- Who did what. Lines are only ever added.

-- name: add_audit_line
INSERT INTO audit (at, actor, action, subject_kind, subject_id, details) VALUES ($1, $2, $3, $4, $5, $6::jsonb)
