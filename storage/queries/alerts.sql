-- name: search
-- Alerts by any mixture of filters (NULL = any), in one of several orders, behind a place in that order.
--
-- Every order is a number with the alert's id to break ties, so that one comparison of pairs continues it exactly: an alert that
-- arrives meanwhile is either before the place or behind it, and moves nothing. The larger number comes first.
--
-- $1 states  $2 severities  $3 lanes  $4 flight key or id  $5 carrier  $6 arrival port  $7 nationality  $8 list  $9 assignee
-- $10 created from (inclusive)  $11 created to (exclusive)  $12 part of a traveller's name, as a LIKE pattern in upper case
-- $13 order  $14 number and $15 id of the place (NULL = from the first)  $16 limit
-- $17 queue  $18 escalations  $19 outcome not reported, of arrivals and hand-overs before
SELECT found.body, found.place, found.alert_id
FROM (
    SELECT a.body, a.alert_id,
           CASE $13::text
               WHEN '-created_at' THEN extract(epoch FROM a.created_at)::double precision
               WHEN 'created_at' THEN -extract(epoch FROM a.created_at)::double precision
               WHEN '-updated_at' THEN extract(epoch FROM a.updated_at)::double precision
               WHEN 'updated_at' THEN -extract(epoch FROM a.updated_at)::double precision
               WHEN 'due_at' THEN coalesce(-extract(epoch FROM a.due_at)::double precision, '-Infinity')
               WHEN '-score' THEN a.score
               WHEN 'score' THEN -a.score
               WHEN '-severity' THEN CASE a.severity WHEN 'high' THEN 3 WHEN 'medium' THEN 2 ELSE 1 END
               WHEN '-escalation' THEN a.escalation
           END AS place
    FROM alerts a
    WHERE ($1::text[] IS NULL OR a.state = ANY($1))
      AND ($2::text[] IS NULL OR a.severity = ANY($2))
      AND ($3::text[] IS NULL OR a.lanes && $3)
      AND ($4::text IS NULL OR a.flight_key = $4 OR a.flight_id = $4)
      AND ($5::text IS NULL OR a.carrier = $5)
      AND ($6::text IS NULL OR a.arrival_port = $6)
      AND ($7::text IS NULL OR a.nationality = $7)
      AND ($8::text IS NULL OR a.list_id = $8 OR jsonb_path_exists(a.other_records, '$[*][0] ? (@ == $list)', jsonb_build_object('list', $8)))
      AND ($9::text IS NULL OR a.assignee = $9)
      AND ($10::timestamptz IS NULL OR a.created_at >= $10)
      AND ($11::timestamptz IS NULL OR a.created_at < $11)
      AND ($12::text IS NULL OR a.traveller_name LIKE $12)
      AND ($17::text IS NULL OR a.queue = $17)
      AND ($18::smallint[] IS NULL OR a.escalation = ANY($18))
      AND ($19::timestamptz IS NULL
           OR (a.state IN ('handed_over', 'acknowledged') AND greatest(a.scheduled_arrival, a.handed_over_at) < $19))
) found
WHERE $14::double precision IS NULL OR (found.place, found.alert_id) < ($14, $15::text)
ORDER BY found.place DESC, found.alert_id DESC
LIMIT $16;

-- name: arrivals
-- Arrivals of a port ($1): its flights between $2 and $3 by scheduled arrival, what was received of each, and its open alerts ($4).
-- A flight that was moved comes in when the message received last says; more than a day nobody moves it under the same number.
WITH flights AS (
    SELECT m.flight_id, m.flight_key, m.carrier, m.departure_port, m.arrival_port,
           (array_agg(m.scheduled_departure ORDER BY m.received_at DESC, m.manifest_id) FILTER (WHERE m.scheduled_departure IS NOT NULL))[1]
               AS scheduled_departure,
           (array_agg(m.scheduled_arrival ORDER BY m.received_at DESC, m.manifest_id))[1] AS scheduled_arrival,
           min(m.received_at) AS first_received_at, count(*) AS manifests,
           count(*) FILTER (WHERE m.function = 'passenger_list') AS passenger_lists,
           bool_or(m.function = 'flight_cancel') AS cancelled
    FROM manifests m
    WHERE m.arrival_port = $1 AND NOT m.test
      AND m.scheduled_arrival >= $2::timestamptz - interval '1 day' AND m.scheduled_arrival < $3::timestamptz + interval '1 day'
    GROUP BY m.flight_id, m.flight_key, m.carrier, m.departure_port, m.arrival_port
)
SELECT f.*, found.*
FROM flights f
CROSS JOIN LATERAL (
    SELECT count(*) AS open_alerts,
           count(*) FILTER (WHERE a.queue = 'protection') AS open_protection_alerts,
           count(*) FILTER (WHERE a.state IN ('handed_over', 'acknowledged')
                            AND greatest(a.scheduled_arrival, a.handed_over_at) < $6::timestamptz) AS outcomes_overdue
    FROM alerts a
    WHERE a.flight_id = f.flight_id AND a.arrival_port = f.arrival_port AND a.state = ANY($4::text[])
) found
WHERE f.scheduled_arrival >= $2 AND f.scheduled_arrival < $3
ORDER BY f.scheduled_arrival, f.flight_key
LIMIT $5;
