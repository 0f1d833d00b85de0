-- name: of_flights
-- Everything that was received about these flights, tests apart.
SELECT flight_id, received_at, body
FROM manifests
WHERE flight_id = ANY ($1::text[]) AND NOT test
ORDER BY flight_id, received_at, submission_id, message_index

-- name: of_ids
SELECT manifest_id, received_at, body FROM manifests WHERE manifest_id = ANY ($1::text[])

-- name: screened_ids
-- Messages of these flights that the screener took in.
SELECT m.flight_id, m.manifest_id
FROM manifests m
JOIN manifest_screenings s USING (manifest_id)
WHERE m.flight_id = ANY ($1::text[]) AND NOT m.test
