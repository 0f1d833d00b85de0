-- Clocks that have run out by some more.

-- name: try_lead
-- One escalates at a time, for the length of a transaction: a process that dies leaves the lead to the next.
SELECT pg_try_advisory_xact_lock(hashtextextended('kulla.escalation', 0))

-- name: take_due
-- Alerts whose clocks have to be looked at by $1, at most $2, locked. What somebody else has in hand is left for the next round.
SELECT body FROM alerts
WHERE next_escalation_at <= $1
ORDER BY next_escalation_at, alert_id
LIMIT $2
FOR UPDATE SKIP LOCKED

-- name: count_open
-- Live alerts ($1: states) by severity, queue and escalation.
SELECT severity, queue, escalation, count(*) AS alerts FROM alerts WHERE state = ANY ($1::text[]) GROUP BY severity, queue, escalation

-- name: count_outcomes_due
-- Alerts handed over without an outcome, of arrivals and hand-overs before $1.
SELECT count(*) FROM alerts
WHERE state IN ('handed_over', 'acknowledged') AND greatest(scheduled_arrival, handed_over_at) < $1
