-- Submissions, their manifests, and the audit line: what one receipt stands for.

-- name: add_submission
-- Everything in one statement: it either finds the submission new and writes all, or finds it known and writes nothing.
-- A concurrent submission of the same bytes is waited for (unique index), so that its outcome is known.
--
-- The submission is selected from `locked`, so the flights' locks are held before the first row, and with it the transaction id, is
-- written: one message of a flight after the other, across all processes, in the order of their transaction ids. The keys ($24) come
-- sorted, so that no two transactions wait for each other.
WITH locked AS MATERIALIZED (
    SELECT count(pg_advisory_xact_lock(hashtextextended(flight_key, 0))) AS flights FROM unnest($24::text[]) AS flight_key
), submission AS (
    INSERT INTO submissions (submission_id, owner, key_id, received_at, sha256, media_type, raw, receipt, usable, purge_at)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 FROM locked WHERE flights >= 0
    ON CONFLICT (owner, sha256) DO NOTHING
    RETURNING submission_id
), manifest AS (
    INSERT INTO manifests (
        manifest_id, submission_id, message_index, flight_id, flight_key, carrier, departure_port, arrival_port,
        scheduled_departure, scheduled_arrival, function, traveller_count, test, received_at, purge_at, body)
    SELECT
        m.manifest_id, submission.submission_id, m.message_index, m.flight_id, m.flight_key, m.carrier, m.departure_port,
        m.arrival_port, m.scheduled_departure, m.scheduled_arrival, m.function, m.traveller_count, m.test, $4, $10, m.body
    FROM submission, unnest(
        $11::text[], $12::integer[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::timestamptz[],
        $19::timestamptz[], $20::text[], $21::integer[], $22::boolean[], $23::bytea[]
    ) AS m (
        manifest_id, message_index, flight_id, flight_key, carrier, departure_port, arrival_port, scheduled_departure,
        scheduled_arrival, function, traveller_count, test, body)
), facts AS (
    INSERT INTO message_facts (
        submission_id, message_index, carrier, status, function, test, flight_id, flight_key, departure_port, arrival_port,
        scheduled_departure, scheduled_arrival, received_at, travellers, travellers_asked, declared, report, part, last_part,
        elements, findings)
    SELECT
        submission.submission_id, f.message_index, f.carrier, f.status, f.function, f.test, f.flight_id, f.flight_key,
        f.departure_port, f.arrival_port, f.scheduled_departure, f.scheduled_arrival, $4, f.travellers, f.travellers_asked,
        f.declared, f.report, f.part, f.last_part, f.elements, f.findings
    FROM submission, jsonb_to_recordset($25::jsonb) AS f (
        message_index integer, carrier text, status text, function text, test boolean, flight_id text, flight_key text,
        departure_port text, arrival_port text, scheduled_departure timestamptz, scheduled_arrival timestamptz,
        travellers integer, travellers_asked integer, declared integer, report text, part integer, last_part boolean,
        elements jsonb, findings jsonb)
), audited AS (
    INSERT INTO audit (at, actor, action, subject_kind, subject_id, details)
    SELECT $4, $3, 'submission.received', 'submission', submission_id,
        jsonb_build_object('usable', $9::boolean, 'manifests', cardinality($11::text[]), 'bytes', $26::bigint)
    FROM submission
)
SELECT submission_id FROM submission

-- name: first_receipt
SELECT receipt, usable FROM submissions WHERE owner = $1 AND sha256 = $2

-- name: find_submission
-- $2 NULL: whoever owns it.
SELECT submission_id, received_at, receipt, usable
FROM submissions
WHERE submission_id = $1 AND ($2::text IS NULL OR owner = $2)

-- name: list_submissions
-- Newest first, before the given place.
SELECT submission_id, received_at, receipt, usable
FROM submissions
WHERE ($1::text IS NULL OR owner = $1)
    AND ($2::timestamptz IS NULL OR (received_at, submission_id) < ($2, $3::text))
ORDER BY received_at DESC, submission_id DESC
LIMIT $4
