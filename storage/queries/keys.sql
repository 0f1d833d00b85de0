-- API keys: hashed at rest, revoked by a mark, never deleted (the audit trail refers to them).

-- name: add_key
INSERT INTO api_keys (key_id, secret_sha256, role, carrier, port, label, created_at, created_by, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: find_key
SELECT key_id, secret_sha256, role, carrier, port, label, created_at, created_by, expires_at, revoked_at
FROM api_keys
WHERE key_id = $1

-- name: list_keys
SELECT key_id, secret_sha256, role, carrier, port, label, created_at, created_by, expires_at, revoked_at
FROM api_keys
ORDER BY created_at, key_id

-- name: revoke_key
-- The first revocation counts.
UPDATE api_keys
SET revoked_at = coalesce(revoked_at, $2)
WHERE key_id = $1
RETURNING key_id

-- name: any_valid_key
SELECT EXISTS (SELECT FROM api_keys WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $1))
