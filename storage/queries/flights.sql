-- name: list_flights
-- Flights of which something was received, tests apart, by arrival (departure or receipt where that is unknown), behind a place.
--
-- $1 departure or arrival port (NULL = any)  $2 from (inclusive), $3 to (exclusive)  $4, $5 place  $6 states of open alerts  $7 limit
SELECT f.*,
    (SELECT count(*) FROM alerts a WHERE a.flight_id = f.flight_id AND a.state = ANY ($6::text[])) AS open_alerts
FROM (
    SELECT flight_id, flight_key, max(carrier) AS carrier, max(departure_port) AS departure_port, max(arrival_port) AS arrival_port,
        max(scheduled_departure) AS scheduled_departure, max(scheduled_arrival) AS scheduled_arrival,
        min(received_at) AS first_received_at, max(received_at) AS last_received_at, count(*) AS messages,
        coalesce(max(scheduled_arrival), max(scheduled_departure), max(received_at)) AS place
    FROM manifests
    WHERE NOT test AND ($1::text IS NULL OR arrival_port = $1 OR departure_port = $1)
    GROUP BY flight_id, flight_key
) AS f
WHERE ($2::timestamptz IS NULL OR f.place >= $2)
    AND ($3::timestamptz IS NULL OR f.place < $3)
    AND ($4::timestamptz IS NULL OR (f.place, f.flight_id) > ($4, $5::text))
ORDER BY f.place, f.flight_id
LIMIT $7

-- name: submission_flights
-- Which flights the messages of a submission are about, in their order; tests are about none.
SELECT manifest_id, CASE WHEN test THEN NULL ELSE flight_id END AS flight_id
FROM manifests
WHERE submission_id = $1
ORDER BY message_index
