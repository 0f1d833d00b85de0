-- Whether the outboxes were written by another server, and how they become ours.

-- name: is_restored
-- Transaction ids that this server has not yet reached can only have come from another one.
SELECT greatest(
    (SELECT max(transaction_id) FROM manifest_outbox),
    (SELECT max(transaction_id) FROM alert_outbox),
    (SELECT max(major) FROM stream_progress),
    (SELECT max(major) FROM webhooks)) >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint

-- name: mend_manifest_outbox
UPDATE manifest_outbox SET transaction_id = 0

-- name: mend_alert_outbox
UPDATE alert_outbox SET transaction_id = 0

-- name: mend_progress
DELETE FROM stream_progress WHERE major > 0

-- name: mend_webhooks
-- Receivers are told again what is still in the outbox; the ids of its changes are the same.
UPDATE webhooks SET major = 0, minor = 0 WHERE major > 0
