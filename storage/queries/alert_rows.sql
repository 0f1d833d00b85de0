-- Rows of alerts. They come as JSON with the names of the columns (storage.alert_rows.alert_row), any number at once.

-- name: load
SELECT body FROM alerts WHERE alert_id = $1

-- name: load_for_update
SELECT body FROM alerts WHERE alert_id = $1 FOR UPDATE

-- name: lock_all
-- In the order of their ids, so that two writers never wait for each other crosswise.
SELECT body FROM alerts WHERE alert_id = ANY ($1::text[]) ORDER BY alert_id FOR UPDATE

-- name: insert_all
-- What is there already is left alone; returns the ids of what was not.
INSERT INTO alerts (
    alert_id, version, state, severity, band, lanes, score, awaiting_approval, confirmed_by, approved_by, assignee, flight_id,
    flight_key, carrier, departure_port, arrival_port, scheduled_departure, scheduled_arrival, nationality, traveller_id, traveller_version_id,
    traveller_version, traveller_name, list_id, record_id, record_version, matcher_version, manifest_id, created_at, updated_at,
    due_at, purge_at, queue, escalation, next_escalation_at, handed_over_at, outcome, decided_at, other_records,
    body)
SELECT
    alert_id, version, state, severity, band, lanes, score, awaiting_approval, confirmed_by, approved_by, assignee, flight_id,
    flight_key, carrier, departure_port, arrival_port, scheduled_departure, scheduled_arrival, nationality, traveller_id, traveller_version_id,
    traveller_version, traveller_name, list_id, record_id, record_version, matcher_version, manifest_id, created_at, updated_at,
    due_at, purge_at, queue, escalation, next_escalation_at, handed_over_at, outcome, decided_at, other_records,
    body
FROM jsonb_populate_recordset(NULL::alerts, $1::jsonb)
ORDER BY alert_id
ON CONFLICT DO NOTHING
RETURNING alert_id

-- name: update_all
-- Each only if its version is the expected one ($2: id -> version). What an alert is about never changes; what was done to it does.
UPDATE alerts a
SET version = r.version, state = r.state, severity = r.severity, band = r.band, lanes = r.lanes, score = r.score,
    awaiting_approval = r.awaiting_approval, confirmed_by = r.confirmed_by, approved_by = r.approved_by, assignee = r.assignee,
    scheduled_departure = r.scheduled_departure, scheduled_arrival = r.scheduled_arrival, matcher_version = r.matcher_version, updated_at = r.updated_at, due_at = r.due_at,
    purge_at = r.purge_at, queue = r.queue, escalation = r.escalation, next_escalation_at = r.next_escalation_at,
    handed_over_at = r.handed_over_at, outcome = r.outcome, decided_at = r.decided_at, body = r.body
FROM jsonb_populate_recordset(NULL::alerts, $1::jsonb) r
WHERE a.alert_id = r.alert_id AND a.version = ($2::jsonb ->> a.alert_id)::integer
RETURNING a.alert_id

-- name: open_flights
-- Flights with alerts in one of these states ($1), of these carriers ($2), with the alerts' ids.
SELECT carrier, flight_key, departure_port, arrival_port, bool_or(scheduled_arrival IS NULL) AS untimed,
       array_agg(alert_id ORDER BY alert_id) AS alert_ids
FROM alerts
WHERE state = ANY ($1::text[]) AND carrier = ANY ($2::text[])
GROUP BY carrier, flight_key, departure_port, arrival_port
ORDER BY flight_key, departure_port, arrival_port
