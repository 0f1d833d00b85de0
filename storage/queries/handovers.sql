-- Shifts that hand over.

-- name: lock_open_of
-- Open alerts ($2: states) of a person, at most $3, locked in the order of their ids.
SELECT body FROM alerts WHERE assignee = $1 AND state = ANY ($2::text[]) ORDER BY alert_id LIMIT $3 FOR UPDATE

-- name: add
INSERT INTO handovers (handover_id, at, by, from_person, to_person, note, alert_ids) VALUES ($1, $2, $3, $4, $5, $6, $7)

-- name: find
SELECT handover_id, at, by, from_person, to_person, note, alert_ids FROM handovers WHERE handover_id = $1

-- name: page
-- The newest first, of anybody or of one who gave or took ($1), behind a place ($2, $3), at most $4.
SELECT handover_id, at, by, from_person, to_person, note, alert_ids
FROM handovers
WHERE ($1::text IS NULL OR $1 IN (from_person, to_person))
  AND ($2::timestamptz IS NULL OR (at, handover_id) < ($2, $3::text))
ORDER BY at DESC, handover_id DESC
LIMIT $4
