-- Facts of messages: the quality of a carrier, in sums.
--
-- $1 carrier  $2 departures from (inclusive)  $3 to (exclusive)  $4 minutes before departure at which a list is due.
-- Interchanges sent as tests count for nothing.

-- name: totals
-- A report is what a carrier says about a flight in one go, in one message or in parts. A part that was sent again counts once.
WITH message AS (
    SELECT * FROM message_facts WHERE carrier = $1 AND at >= $2 AND at < $3 AND NOT test
), accepted AS (
    SELECT * FROM message WHERE status <> 'rejected'
), flight AS (
    SELECT flight_id,
        extract(epoch FROM max(scheduled_departure) - min(received_at) FILTER (WHERE function = 'passenger_list')) / 60 AS lead,
        bool_or(function = 'passenger_list') AS listed,
        bool_or(function = 'crew_list') AS crew_listed,
        bool_or(function LIKE 'flight_close%') AS closed,
        bool_or(function = 'flight_cancel') AS cancelled
    FROM accepted GROUP BY flight_id
), part AS (
    SELECT flight_id, function, coalesce(report, submission_id || ' ' || message_index) AS report, coalesce(part, 1) AS part,
        max(travellers) AS travellers, max(declared) AS declared, bool_or(last_part OR part IS NULL) AS last_part
    FROM accepted WHERE function IN ('passenger_list', 'crew_list') GROUP BY 1, 2, 3, 4
), report AS (
    SELECT sum(travellers) AS reported, max(declared) AS declared,
        count(*) = coalesce(max(part) FILTER (WHERE last_part), 0) AS whole
    FROM part GROUP BY flight_id, function, report
), per_message AS (
    SELECT count(*) AS messages,
        count(*) FILTER (WHERE status = 'accepted') AS messages_accepted,
        count(*) FILTER (WHERE status = 'accepted_with_findings') AS messages_accepted_with_findings,
        count(*) FILTER (WHERE status = 'rejected') AS messages_rejected,
        coalesce(sum(travellers), 0)::bigint AS travellers,
        coalesce(sum(travellers_asked), 0)::bigint AS travellers_asked,
        count(closure) AS closures,
        coalesce(sum((closure ->> 'named')::integer), 0)::bigint AS closure_named,
        coalesce(sum((closure ->> 'named_known')::integer), 0)::bigint AS closure_named_known
    FROM message
), per_flight AS (
    SELECT count(*) AS flights,
        count(*) FILTER (WHERE listed) AS flights_listed,
        count(*) FILTER (WHERE crew_listed) AS flights_crew_listed,
        count(*) FILTER (WHERE closed) AS flights_closed,
        count(*) FILTER (WHERE cancelled) AS flights_cancelled,
        count(lead) AS flights_timed,
        count(*) FILTER (WHERE lead >= $4::integer) AS flights_in_time,
        count(*) FILTER (WHERE lead >= 0 AND lead < $4::integer) AS flights_late,
        count(*) FILTER (WHERE lead < 0) AS flights_after_departure,
        percentile_disc(ARRAY[0.05, 0.25, 0.5, 0.75, 0.95]) WITHIN GROUP (ORDER BY lead)::double precision[] AS lead_percentiles
    FROM flight
), per_report AS (
    SELECT count(*) AS reports,
        count(*) FILTER (WHERE whole) AS reports_whole,
        count(*) FILTER (WHERE whole AND declared IS NOT NULL) AS reports_declared,
        count(*) FILTER (WHERE whole AND declared = reported) AS reports_as_declared
    FROM report
)
SELECT * FROM per_message, per_flight, per_report

-- name: element_counts
SELECT name, sum(travellers.value::bigint)::bigint AS travellers
FROM message_facts, jsonb_each_text(elements) AS travellers (name, value)
WHERE carrier = $1 AND at >= $2 AND at < $3 AND NOT test
GROUP BY name

-- name: finding_counts
SELECT code, sum(found.value::bigint)::bigint AS findings, count(*) AS messages
FROM message_facts, jsonb_each_text(findings) AS found (code, value)
WHERE carrier = $1 AND at >= $2 AND at < $3 AND NOT test
GROUP BY code ORDER BY findings DESC, code

-- name: flights
-- The flights one by one, behind the place ($5, $6); $7 rows at most.
SELECT flight.*, coalesce(found.findings, '{}') AS findings,
    CASE WHEN lead >= $4::integer THEN 'in_time' WHEN lead >= 0 THEN 'late' WHEN lead < 0 THEN 'after_departure' END AS timeliness
FROM (
    SELECT flight_id, flight_key, min(at) AS at, min(departure_port) AS departure_port, min(arrival_port) AS arrival_port,
        max(scheduled_departure) AS scheduled_departure,
        min(received_at) FILTER (WHERE function = 'passenger_list') AS first_list_at,
        (extract(epoch FROM max(scheduled_departure) - min(received_at) FILTER (WHERE function = 'passenger_list')) / 60
            )::double precision AS lead,
        count(*) AS messages,
        count(*) FILTER (WHERE function = 'passenger_list') AS passenger_lists,
        count(*) FILTER (WHERE function = 'crew_list') AS crew_lists,
        count(*) FILTER (WHERE function LIKE 'flight_close%') AS closures,
        bool_or(function = 'flight_cancel') AS cancelled,
        sum(travellers_asked)::bigint AS travellers_asked,
        sum(coalesce((elements ->> 'complete')::integer, 0))::bigint AS travellers_complete,
        max(declared) FILTER (WHERE function = 'passenger_list') AS declared,
        sum((closure ->> 'named')::integer)::bigint AS closure_named,
        sum((closure ->> 'named_known')::integer)::bigint AS closure_named_known
    FROM message_facts
    WHERE carrier = $1 AND at >= $2 AND at < $3 AND NOT test AND status <> 'rejected'
    GROUP BY flight_id, flight_key
) flight
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(code, findings)::text AS findings FROM (
        SELECT code, sum(each.value::bigint) AS findings
        FROM message_facts AS facts, jsonb_each_text(facts.findings) AS each (code, value)
        WHERE facts.flight_key = flight.flight_key AND facts.carrier = $1 AND NOT facts.test
        GROUP BY code
    ) counted
) found ON true
WHERE $5::timestamptz IS NULL OR (flight.at, flight.flight_id) > ($5, $6::text)
ORDER BY flight.at, flight.flight_id
LIMIT $7

-- name: flight_keys
SELECT DISTINCT flight_key FROM message_facts
WHERE flight_key = ANY($1::text[]) AND function IN ('passenger_list', 'flight_cancel') AND NOT test AND status <> 'rejected'

-- name: open_closures
SELECT f.submission_id, f.message_index, m.manifest_id, m.flight_id
FROM message_facts f JOIN manifests m ON m.submission_id = f.submission_id AND m.message_index = f.message_index
WHERE f.closure IS NULL AND NOT f.test AND f.status <> 'rejected' AND f.function LIKE 'flight_close%' AND f.received_at < $1
ORDER BY f.received_at
LIMIT $2
FOR UPDATE OF f SKIP LOCKED

-- name: flight_bodies
SELECT body FROM manifests WHERE flight_id = $1 AND NOT test ORDER BY received_at, submission_id, message_index

-- name: settle
UPDATE message_facts SET closure = $3::jsonb WHERE submission_id = $1 AND message_index = $2
