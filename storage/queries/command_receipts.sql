-- name: lock
-- One at a time per key and command: a console that sends a command twice at once gets one answer twice.
SELECT pg_advisory_xact_lock(hashtextextended($1::text || ' ' || $2::text, 0));

-- name: find
SELECT request_sha256, status, body FROM command_receipts WHERE key_id = $1 AND idempotency_key = $2;

-- name: add
INSERT INTO command_receipts (key_id, idempotency_key, request_sha256, status, body, at) VALUES ($1, $2, $3, $4, $5, $6);
