-- What is held of travellers, for those who search it.

-- name: newest_manifests
-- Before the place ($3, $4), tests apart. $1 flight key or id, $2 a port of departure or arrival; NULL = any.
SELECT manifest_id, submission_id, flight_id, flight_key, received_at, body
FROM manifests
WHERE NOT test
    AND ($1::text IS NULL OR flight_key = $1 OR flight_id = $1)
    AND ($2::text IS NULL OR departure_port = $2 OR arrival_port = $2)
    AND ($3::timestamptz IS NULL OR (received_at, manifest_id) < ($3, $4::text))
ORDER BY received_at DESC, manifest_id DESC
LIMIT $5

-- name: alerts_of_name
-- Alerts whose traveller has all these words ($1, LIKE patterns) in the name, or one of these documents ($2).
SELECT body
FROM alerts
WHERE state <> 'expired'
    AND (traveller_name LIKE ALL ($1::text[])
        OR EXISTS (SELECT FROM jsonb_array_elements(body #> '{traveller,documents}') d WHERE upper(d ->> 'number') = ANY ($2::text[])))
    AND ($3::text IS NULL OR flight_key = $3 OR flight_id = $3)
    AND ($4::text IS NULL OR departure_port = $4 OR arrival_port = $4)
ORDER BY created_at DESC, alert_id
LIMIT $5
