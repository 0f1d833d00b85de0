-- Webhooks and what they could not deliver.

-- name: try_lead
-- One sender at a time: held by the session, so that it ends with the sender's connection.
SELECT pg_try_advisory_lock(hashtextextended('kulla.webhooks', 0))

-- name: add
INSERT INTO webhooks (webhook_id, url, role, port, label, state, secret, created_by, created_at)
VALUES ($1, $2, $3, $4, $5, 'proposed', $6, $7, $8)

-- name: count
SELECT count(*) FROM webhooks WHERE state <> 'removed'

-- name: every
SELECT * FROM webhooks WHERE state <> 'removed' ORDER BY created_at, webhook_id

-- name: active_ids
SELECT webhook_id FROM webhooks WHERE state = 'active' ORDER BY webhook_id

-- name: find
SELECT * FROM webhooks WHERE webhook_id = $1 AND state <> 'removed'

-- name: approve
-- What is still to come is sent, nothing from before.
UPDATE webhooks SET state = 'active', approved_by = $2, approved_at = $3, major = $4, minor = $5
WHERE webhook_id = $1 AND state = 'proposed'
RETURNING webhook_id

-- name: rotate
UPDATE webhooks SET previous_secret = secret, previous_until = $3, secret = $2
WHERE webhook_id = $1 AND state <> 'removed'
RETURNING webhook_id

-- name: remove
UPDATE webhooks SET state = 'removed', secret = '', previous_secret = NULL, previous_until = NULL
WHERE webhook_id = $1 AND state <> 'removed'
RETURNING webhook_id

-- name: forget_deliveries
DELETE FROM webhook_deliveries WHERE webhook_id = $1

-- name: advance
-- Never back: two senders may meet for a moment when one takes over from the other.
UPDATE webhooks
SET major = CASE WHEN (major, minor) < ($2, $3) THEN $2 ELSE major END,
    minor = CASE WHEN (major, minor) < ($2, $3) THEN $3 ELSE minor END,
    delivered = delivered + $4
WHERE webhook_id = $1

-- name: fail
INSERT INTO webhook_deliveries AS d
    (webhook_id, delivery_id, major, minor, alert_id, alert_version, state, attempts, failure, status, failed_at, next_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (webhook_id, delivery_id) DO UPDATE
SET state = excluded.state, attempts = excluded.attempts, failure = excluded.failure, status = excluded.status,
    failed_at = excluded.failed_at, next_at = excluded.next_at, major = excluded.major, minor = excluded.minor

-- name: settle
DELETE FROM webhook_deliveries WHERE webhook_id = $1 AND delivery_id = $2

-- name: attempts
SELECT attempts, next_at FROM webhook_deliveries WHERE webhook_id = $1 AND delivery_id = $2

-- name: due_again
SELECT * FROM webhook_deliveries
WHERE webhook_id = $1 AND state = 'again' AND next_at <= $2
ORDER BY next_at, delivery_id
LIMIT 1

-- name: send_again
UPDATE webhook_deliveries SET state = 'again', attempts = 0, next_at = $3
WHERE webhook_id = $1 AND delivery_id = $2 AND state = 'dead'
RETURNING delivery_id

-- name: deliveries
SELECT delivery_id, alert_id, alert_version, state, attempts, failure, status, failed_at, next_at
FROM webhook_deliveries
WHERE webhook_id = $1 AND ($2::text IS NULL OR state = $2)
    AND ($3::timestamptz IS NULL OR (failed_at, delivery_id) > ($3, $4::text))
ORDER BY failed_at, delivery_id
LIMIT $5

-- name: change
SELECT port, payload FROM alert_outbox WHERE alert_id = $1 AND alert_version = $2
