-- Requests of data subjects.

-- name: add
INSERT INTO subject_requests (request_id, kind, state, reference, identity, subject, received_at, due_at, created_by)
VALUES ($1, $2, 'received', $3, $4, $5::jsonb, $6, $7, $8)

-- name: find
SELECT request_id, kind, state, reference, identity, subject::text AS subject, received_at, due_at, created_by, lists, decided_at,
    decided_by, decision
FROM subject_requests WHERE request_id = $1

-- name: find_for_update
SELECT request_id, kind, state, reference, identity, subject::text AS subject, received_at, due_at, created_by, lists, decided_at,
    decided_by, decision
FROM subject_requests WHERE request_id = $1 FOR UPDATE

-- name: list_requests
-- By due time. $1 state (NULL = any).
SELECT request_id, kind, state, reference, received_at, due_at, created_by, lists, decided_at, decided_by
FROM subject_requests WHERE ($1::text IS NULL OR state = $1)
ORDER BY due_at, request_id
LIMIT $2

-- name: start
UPDATE subject_requests SET state = 'in_progress' WHERE request_id = $1 AND state = 'received'

-- name: decide
UPDATE subject_requests SET state = $2, decided_at = $3, decided_by = $4, decision = $5 WHERE request_id = $1

-- name: disclose_lists
UPDATE subject_requests SET lists = true WHERE request_id = $1

-- name: add_correction
INSERT INTO subject_corrections (correction_id, request_id, alert_id, flight_id, traveller_id, field, was, value, reason, at, by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (correction_id) DO NOTHING

-- name: corrections_of
SELECT correction_id, request_id, alert_id, flight_id, traveller_id, field, was, value, reason, at, by
FROM subject_corrections WHERE request_id = $1 OR traveller_id = ANY ($2::text[])
ORDER BY at, correction_id

-- name: suppressions_of
SELECT suppression_id, alert_id, reason_code, created_at, expires_at, lifted_at
FROM suppressions WHERE alert_id = ANY ($1::text[])
ORDER BY created_at, suppression_id

-- name: accesses
-- Who saw, searched, exported or changed something about these alerts ($1) or travellers ($2), since $3.
SELECT at, actor, action, subject_kind, subject_id
FROM audit
WHERE (subject_kind = 'alert' AND subject_id = ANY ($1::text[]))
    OR (at >= $3 AND action IN ('flight.view', 'traveller.search', 'subject_request.found', 'subject_request.exported')
        AND details -> 'travellers' ?| $2::text[])
ORDER BY position DESC
LIMIT $4

-- name: correct_alert
-- What screening matched is corrected in the alert, by a named person; what the carrier sent stays in the carrier's message.
UPDATE alerts
SET version = $2, updated_at = $3, body = $4, traveller_name = $5, nationality = $6
WHERE alert_id = $1 AND version = $2 - 1
RETURNING alert_id
