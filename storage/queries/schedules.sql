-- The standing schedule.

-- name: lock
-- One import at a time; whoever reads meanwhile sees the schedule as it was.
LOCK TABLE schedule_legs IN SHARE ROW EXCLUSIVE MODE

-- name: remove
DELETE FROM schedule_legs WHERE carrier = ANY($1::text[])

-- name: register
INSERT INTO schedules (carrier, imported_at, imported_by, format, legs)
SELECT carrier, $2, $3, $4, legs FROM unnest($1::text[], $5::integer[]) AS imported (carrier, legs)
ON CONFLICT (carrier) DO UPDATE
SET imported_at = excluded.imported_at, imported_by = excluded.imported_by, format = excluded.format, legs = excluded.legs

-- name: every
SELECT carrier, imported_at, imported_by, format, legs FROM schedules ORDER BY carrier

-- name: has_schedule
SELECT EXISTS (SELECT FROM schedules WHERE carrier = $1)

-- name: of_carrier
-- Legs of which lists are expected, whose period meets these days.
SELECT * FROM schedule_legs
WHERE carrier = $1 AND expected AND last_day >= $2 AND first_day <= $3
ORDER BY first_day, number, leg LIMIT $4

-- name: into_port
SELECT * FROM schedule_legs
WHERE arrival_port = $1 AND expected AND last_day >= $2 AND first_day <= $3
ORDER BY first_day, carrier, number, leg LIMIT $4
