-- name: of_flights
-- Everything that was received about these flights, tests apart.
SELECT flight_id, received_at, body
FROM manifests
WHERE flight_id = ANY ($1::text[]) AND NOT test
ORDER BY flight_id, received_at, submission_id, message_index

-- name: of_ids
SELECT manifest_id, received_at, body FROM manifests WHERE manifest_id = ANY ($1::text[])

-- name: as_stored
SELECT manifest_id, body FROM manifests WHERE manifest_id = ANY ($1::text[])

-- name: screened_ids
-- Messages of these flights that the screener took in; of each flight the newest that name $2 travellers together.
SELECT flight_id, manifest_id
FROM (
    SELECT m.flight_id, m.manifest_id,
        sum(m.traveller_count) OVER (PARTITION BY m.flight_id ORDER BY m.received_at DESC, m.manifest_id)
            - m.traveller_count AS newer
    FROM manifests m
    JOIN manifest_screenings s USING (manifest_id)
    WHERE m.flight_id = ANY ($1::text[]) AND NOT m.test
) AS newest
WHERE newer < $2

-- name: recent_ids
-- The newest manifests that report travellers, tests apart.
SELECT manifest_id
FROM manifests
WHERE NOT test AND received_at >= $1 AND function IN ('passenger_list', 'crew_list')
ORDER BY received_at DESC
LIMIT $2
