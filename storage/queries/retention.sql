-- What is purged when its retention has ended. Each kind has a query that counts what is due at $1 and one that removes at most $2 of it
-- and returns what it removed; both say "due" alike. $1 is the moment before which (or at which) it is due.

-- name: try_lead
-- One purge at a time, until the end of its transaction.
SELECT pg_try_advisory_xact_lock(hashtextextended('kulla.purge', 0))

-- name: due_flights
-- Flights with manifests that are due, behind $3.
SELECT flight_id FROM manifests WHERE purge_at <= $1 AND NOT test AND flight_id > $3 GROUP BY flight_id ORDER BY flight_id LIMIT $2

-- name: flight_manifests
-- Locked: whoever takes them in just now is waited for.
SELECT manifest_id, received_at, purge_at, body
FROM manifests WHERE flight_id = $1 AND NOT test
ORDER BY manifest_id
FOR UPDATE

-- name: held_travellers
SELECT a.traveller_id FROM alerts a JOIN alert_holds USING (alert_id) WHERE a.flight_id = $1

-- name: remove_manifests
DELETE FROM manifests WHERE manifest_id = ANY ($1::text[])

-- name: reduce_manifest
UPDATE manifests SET body = $2, purge_at = $3, traveller_count = $4 WHERE manifest_id = $1

-- name: postpone_manifest
UPDATE manifests SET purge_at = $2 WHERE manifest_id = $1

-- name: count_traveller_counts
SELECT count(*) FROM statistics_travellers WHERE month + interval '1 month' <= $1::timestamptz

-- name: purge_traveller_counts
DELETE FROM statistics_travellers WHERE ctid IN (
    SELECT ctid FROM statistics_travellers WHERE month + interval '1 month' <= $1::timestamptz LIMIT $2)

-- name: count_alert_counts
SELECT count(*) FROM statistics_alerts WHERE month + interval '1 month' <= $1::timestamptz

-- name: purge_alert_counts
DELETE FROM statistics_alerts WHERE ctid IN (
    SELECT ctid FROM statistics_alerts WHERE month + interval '1 month' <= $1::timestamptz LIMIT $2)

-- name: count_reception_reports
SELECT count(*) FROM reception_places WHERE reported_at <= $1

-- name: purge_reception_reports
DELETE FROM reception_places WHERE ctid IN (SELECT ctid FROM reception_places WHERE reported_at <= $1 LIMIT $2)

-- name: count_flight_marks
-- That a flight was counted has to be known as long as anything of it is there.
SELECT count(*) FROM statistics_flights_counted c
WHERE counted_at <= $1 AND NOT EXISTS (SELECT FROM manifests m WHERE m.flight_id = c.flight_id)

-- name: purge_flight_marks
DELETE FROM statistics_flights_counted WHERE flight_id IN (
    SELECT flight_id FROM statistics_flights_counted c
    WHERE counted_at <= $1 AND NOT EXISTS (SELECT FROM manifests m WHERE m.flight_id = c.flight_id)
    LIMIT $2)

-- name: count_exchanged_content
SELECT count(*) FROM exchange_transfers
WHERE forget_at <= $1 AND (content IS NOT NULL OR document IS NOT NULL OR reason IS NOT NULL)

-- name: purge_exchanged_content
-- What was in a transfer; who did what and when stays.
UPDATE exchange_transfers SET content = NULL, document = NULL, reason = NULL
WHERE transfer_id IN (
    SELECT transfer_id FROM exchange_transfers
    WHERE forget_at <= $1 AND (content IS NOT NULL OR document IS NOT NULL OR reason IS NOT NULL)
    LIMIT $2)

-- name: count_test_manifests
SELECT count(*) FROM manifests WHERE purge_at <= $1 AND test

-- name: purge_test_manifests
DELETE FROM manifests WHERE manifest_id IN (SELECT manifest_id FROM manifests WHERE purge_at <= $1 AND test LIMIT $2)

-- name: count_raw_messages
SELECT count(*) FROM submissions WHERE purge_at <= $1 AND raw <> ''

-- name: purge_raw_messages
UPDATE submissions SET raw = ''
WHERE submission_id IN (SELECT submission_id FROM submissions WHERE purge_at <= $1 AND raw <> '' LIMIT $2)

-- name: count_edifact_answers
SELECT count(*) FROM submission_answers JOIN submissions USING (submission_id) WHERE purge_at <= $1

-- name: purge_edifact_answers
DELETE FROM submission_answers WHERE submission_id IN (
    SELECT submission_id FROM submission_answers JOIN submissions USING (submission_id) WHERE purge_at <= $1 LIMIT $2)

-- name: count_submissions
SELECT count(*) FROM submissions s
WHERE purge_at <= $1 AND NOT EXISTS (SELECT FROM manifests m WHERE m.submission_id = s.submission_id)

-- name: purge_submissions
DELETE FROM submissions WHERE submission_id IN (
    SELECT submission_id FROM submissions s
    WHERE purge_at <= $1 AND NOT EXISTS (SELECT FROM manifests m WHERE m.submission_id = s.submission_id)
    LIMIT $2)

-- name: count_alert_events
SELECT count(*) FROM alert_outbox o
WHERE created_at <= $1
    AND EXISTS (SELECT FROM alert_outbox newer WHERE newer.alert_id = o.alert_id AND newer.alert_version > o.alert_version)

-- name: purge_alert_events
-- The newest event of an alert stays as long as the alert: a console that starts today reads it.
DELETE FROM alert_outbox WHERE (transaction_id, position) IN (
    SELECT transaction_id, position FROM alert_outbox o
    WHERE created_at <= $1
        AND EXISTS (SELECT FROM alert_outbox newer WHERE newer.alert_id = o.alert_id AND newer.alert_version > o.alert_version)
    LIMIT $2)

-- name: count_quarantined
SELECT count(*) FROM quarantine WHERE purge_at <= $1

-- name: purge_quarantined
DELETE FROM quarantine WHERE quarantine_id IN (SELECT quarantine_id FROM quarantine WHERE purge_at <= $1 LIMIT $2)

-- name: count_command_receipts
SELECT count(*) FROM command_receipts WHERE at <= $1

-- name: purge_command_receipts
DELETE FROM command_receipts WHERE (key_id, idempotency_key) IN (
    SELECT key_id, idempotency_key FROM command_receipts WHERE at <= $1 LIMIT $2)

-- name: count_suppressions
SELECT count(*) FROM suppressions WHERE least(expires_at, lifted_at) <= $1 AND fingerprints <> ARRAY['purged']

-- name: purge_suppressions
-- Whom it was about is forgotten; that somebody silenced something, and why, is not.
UPDATE suppressions SET fingerprints = ARRAY['purged'], comment = NULL
WHERE suppression_id IN (
    SELECT suppression_id FROM suppressions WHERE least(expires_at, lifted_at) <= $1 AND fingerprints <> ARRAY['purged'] LIMIT $2)

-- name: count_handover_notes
SELECT count(*) FROM handovers WHERE at <= $1 AND note IS NOT NULL

-- name: purge_handover_notes
UPDATE handovers SET note = NULL
WHERE handover_id IN (SELECT handover_id FROM handovers WHERE at <= $1 AND note IS NOT NULL LIMIT $2)

-- name: count_seen_persons
SELECT count(*) FROM seen_persons WHERE last_seen_at <= $1

-- name: purge_seen_persons
DELETE FROM seen_persons WHERE person IN (SELECT person FROM seen_persons WHERE last_seen_at <= $1 LIMIT $2)

-- name: count_webhook_deliveries
SELECT count(*) FROM webhook_deliveries WHERE failed_at <= $1 AND state = 'dead'

-- name: purge_webhook_deliveries
DELETE FROM webhook_deliveries WHERE (webhook_id, delivery_id) IN (
    SELECT webhook_id, delivery_id FROM webhook_deliveries WHERE failed_at <= $1 AND state = 'dead' LIMIT $2)

-- name: count_referrals
SELECT count(*) FROM referrals WHERE purge_at <= $1

-- name: purge_referrals
DELETE FROM referrals WHERE referral_id IN (SELECT referral_id FROM referrals WHERE purge_at <= $1 LIMIT $2)

-- name: count_message_facts
SELECT count(*) FROM message_facts WHERE at <= $1

-- name: purge_message_facts
DELETE FROM message_facts WHERE (submission_id, message_index) IN (
    SELECT submission_id, message_index FROM message_facts WHERE at <= $1 LIMIT $2)

-- name: count_expired_alerts
SELECT count(*) FROM alerts a
WHERE state = 'expired' AND updated_at <= $1 AND NOT EXISTS (SELECT FROM alert_holds h WHERE h.alert_id = a.alert_id)

-- name: purge_expired_alerts
WITH gone AS (
    DELETE FROM alerts WHERE alert_id IN (
        SELECT alert_id FROM alerts a
        WHERE state = 'expired' AND updated_at <= $1 AND NOT EXISTS (SELECT FROM alert_holds h WHERE h.alert_id = a.alert_id)
        LIMIT $2)
    RETURNING alert_id
), silenced AS (
    DELETE FROM alert_outbox o USING gone WHERE o.alert_id = gone.alert_id
)
SELECT alert_id FROM gone

-- name: due_alerts
-- Alerts whose own retention has ended by $1: $3 days after they were raised, $4 where they were a hit, or as $5 says for their legal
-- basis ({"basis": {"alert_days": 1, "hit_days": 2}}, in lower case). Those under a hold are not. Locked.
SELECT a.body
FROM alerts a
JOIN watchlists w USING (list_id)
CROSS JOIN LATERAL (
    SELECT $5::jsonb -> lower(coalesce(a.body #>> '{record,legal_basis}', w.legal_basis, '')) AS own,
        a.state IN ('confirmed', 'handed_over', 'acknowledged') OR (a.state = 'closed' AND a.outcome <> 'wrong_person') AS hit
) AS policy
WHERE a.state <> 'expired'
    AND a.created_at <= $1::timestamptz - make_interval(days => CASE
        WHEN policy.hit THEN coalesce((policy.own ->> 'hit_days')::integer, $4::integer)
        ELSE coalesce((policy.own ->> 'alert_days')::integer, $3::integer) END)
    AND NOT EXISTS (SELECT FROM alert_holds h WHERE h.alert_id = a.alert_id)
ORDER BY a.alert_id
LIMIT $2
FOR UPDATE OF a

-- name: expire_alert
-- What an alert was about is forgotten, what was decided (outcome, decided_at) is not.
UPDATE alerts
SET version = $2, state = 'expired', updated_at = $3, body = $4, traveller_name = '', traveller_id = '', traveller_version_id = '',
    assignee = NULL, due_at = NULL, next_escalation_at = NULL, awaiting_approval = false
WHERE alert_id = $1

-- name: forget_alert_events
DELETE FROM alert_outbox WHERE alert_id = $1

-- name: due_audit_blocks
-- The blocks behind the last purge whose lines are all older than $1, at most $2, without a gap.
SELECT block, positions
FROM audit_blocks b
WHERE block > $3
    AND block < coalesce((SELECT min(block) FROM audit_blocks WHERE block > $3 AND last_at > $1), 9223372036854775807)
ORDER BY block
LIMIT $2

-- name: allow_audit_purge
SELECT set_config('kulla.purging_audit', 'on', true)

-- name: remove_audit_lines
DELETE FROM audit WHERE position = ANY ($1::bigint[])

-- name: forbid_audit_purge
SELECT set_config('kulla.purging_audit', 'off', true)

-- name: old_manifests
-- Manifests that came before $1, and their bodies: those that are still here are held.
SELECT manifest_id, body FROM manifests WHERE received_at < $1 AND manifest_id > $2 ORDER BY manifest_id LIMIT $3

-- name: reseal_manifest
UPDATE manifests SET body = $2 WHERE manifest_id = $1

-- name: still_sealed
-- Whether anything else that came before $1 is still there.
SELECT EXISTS (SELECT FROM submissions WHERE received_at < $1 AND raw <> '')
    OR EXISTS (SELECT FROM submission_answers JOIN submissions USING (submission_id) WHERE received_at < $1)
    OR EXISTS (SELECT FROM quarantine WHERE at < $1)

-- name: place_hold
INSERT INTO alert_holds (alert_id, reason, placed_by, placed_at) VALUES ($1, $2, $3, $4) ON CONFLICT (alert_id) DO NOTHING RETURNING alert_id

-- name: lift_hold
DELETE FROM alert_holds WHERE alert_id = $1 RETURNING alert_id

-- name: count_subject_requests
SELECT count(*) FROM subject_requests WHERE decided_at <= $1 AND subject IS NOT NULL

-- name: purge_subject_requests
-- Who asked is forgotten, with what was corrected; that somebody asked, and what was decided, is not.
WITH old AS (
    SELECT request_id FROM subject_requests WHERE decided_at <= $1 AND subject IS NOT NULL LIMIT $2
), corrected AS (
    UPDATE subject_corrections c SET was = NULL, value = NULL, reason = '' FROM old WHERE c.request_id = old.request_id
)
UPDATE subject_requests r SET subject = NULL, identity = '' FROM old WHERE r.request_id = old.request_id
