-- API keys: hashed at rest, revoked by a mark, never deleted (the audit trail refers to them).

-- name: add_key
INSERT INTO api_keys (
    key_id, secret_sha256, role, carrier, ports, label, created_at, created_by, expires_at, certificate_sha256)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

-- name: find_key
SELECT * FROM api_keys WHERE key_id = $1

-- name: find_key_of_certificate
-- A certificate belongs to one key that is not revoked.
SELECT * FROM api_keys WHERE certificate_sha256 = $1 AND revoked_at IS NULL

-- name: list_keys
SELECT * FROM api_keys ORDER BY created_at, key_id

-- name: revoke_key
-- The first revocation counts.
UPDATE api_keys
SET revoked_at = coalesce(revoked_at, $2)
WHERE key_id = $1
RETURNING key_id

-- name: rotate_key
-- The present secret becomes the previous one, valid until $4. One that was still on its way out ends now. $5 NULL: expires as before.
UPDATE api_keys
SET previous_secret_sha256 = secret_sha256, previous_until = $4, secret_sha256 = $2, rotated_at = $3,
    expires_at = coalesce($5, expires_at)
WHERE key_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3)
RETURNING *

-- name: mark_used
-- Several requests of the same minute write once.
UPDATE api_keys
SET last_used_at = $2
WHERE key_id = $1 AND (last_used_at IS NULL OR last_used_at < $2::timestamptz - interval '1 minute')

-- name: any_valid_key
SELECT EXISTS (SELECT FROM api_keys WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $1))
