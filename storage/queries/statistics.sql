-- Depersonalised counts: gathered, shown, and forgotten after their own time.

-- name: due_flights
-- Flights that are over ($1: departed before), or of which something will be purged soon ($2: purged before), not yet counted.
SELECT m.flight_id
FROM manifests m
WHERE NOT m.test AND (m.scheduled_departure < $1 OR m.purge_at < $2)
    AND NOT EXISTS (SELECT FROM statistics_flights_counted c WHERE c.flight_id = m.flight_id)
GROUP BY m.flight_id
ORDER BY min(m.purge_at)
LIMIT $3

-- name: mark_flight
-- Whoever marks it counts it.
INSERT INTO statistics_flights_counted (flight_id, counted_at) VALUES ($1, $2)
ON CONFLICT (flight_id) DO NOTHING
RETURNING flight_id

-- name: add_travellers
INSERT INTO statistics_travellers AS s (month, route, nationality, age_band, persons)
SELECT * FROM unnest($1::date[], $2::text[], $3::text[], $4::text[], $5::bigint[])
ON CONFLICT (month, route, nationality, age_band) DO UPDATE SET persons = s.persons + excluded.persons

-- name: due_alerts
-- Alerts that are decided and have rested since $1. Locked, so that nobody else counts them.
SELECT a.alert_id, a.list_id, a.state, a.nationality, a.departure_port, a.arrival_port,
    a.body -> 'disposition' ->> 'outcome' AS outcome, a.body -> 'traveller' ->> 'birth_date' AS birth_date,
    coalesce((a.body -> 'flight' ->> 'scheduled_departure')::timestamptz, a.created_at) AS departed_at
FROM alerts a
WHERE a.state IN ('no_match', 'closed', 'withdrawn', 'expired')
    AND a.updated_at < $1
    AND NOT EXISTS (SELECT FROM statistics_alerts_counted c WHERE c.alert_id = a.alert_id)
ORDER BY a.updated_at
LIMIT $2
FOR UPDATE SKIP LOCKED

-- name: mark_alerts
INSERT INTO statistics_alerts_counted (alert_id, counted_at)
SELECT unnest($1::text[]), $2
ON CONFLICT (alert_id) DO NOTHING
RETURNING alert_id

-- name: add_alerts
INSERT INTO statistics_alerts AS s (month, list, outcome, route, nationality, age_band, persons)
SELECT * FROM unnest($1::date[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
ON CONFLICT (month, list, outcome, route, nationality, age_band) DO UPDATE SET persons = s.persons + excluded.persons

-- name: travellers
SELECT route, nationality, age_band, persons FROM statistics_travellers WHERE month = $1

-- name: alerts
SELECT list, outcome, route, nationality, age_band, persons FROM statistics_alerts WHERE month = $1

-- name: months
SELECT month FROM statistics_travellers UNION SELECT month FROM statistics_alerts ORDER BY month

-- name: report_place
INSERT INTO reception_places (place_id, reported_at, occupied, reported_by) VALUES ($1, $2, $3, $4)
ON CONFLICT (place_id, reported_at) DO UPDATE SET occupied = excluded.occupied, reported_by = excluded.reported_by

-- name: places
SELECT DISTINCT ON (place_id) place_id, reported_at, occupied
FROM reception_places
ORDER BY place_id, reported_at DESC
