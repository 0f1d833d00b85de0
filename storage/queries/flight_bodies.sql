-- name: of_flights
-- Everything that was received about these flights, tests apart, in the order of commits: the order of the first outbox rows.
SELECT m.flight_id, m.body
FROM manifests m
CROSS JOIN LATERAL (
    SELECT transaction_id, position
    FROM manifest_outbox
    WHERE manifest_id = m.manifest_id AND occasion = 'received'
    ORDER BY transaction_id, position
    LIMIT 1
) AS first
WHERE m.flight_id = ANY ($1::text[]) AND NOT m.test
ORDER BY m.flight_id, first.transaction_id, first.position
