-- Row security: the second wall. Requests work as one of three roles that own nothing and cannot log in; each sees what its kind of
-- caller may, even where a query forgot to ask. What is not granted here is refused.
--
-- Settings of the transaction say who asks: kulla.owner (whose submissions), kulla.carrier ('' = any), kulla.ports (list, or * = any),
-- kulla.subject (hexadecimal). A setting that was never made matches nothing.

-- name: roles_are_usable
-- Whether this user may become each of them.
SELECT count(*) = 3
FROM pg_roles
WHERE rolname IN ('kulla_carrier', 'kulla_officer', 'kulla_staff') AND pg_has_role(current_user, oid, 'SET')

-- name: make_roles
-- Once a cluster, by whoever may make roles; where this user may not, an administrator does, or there is only one wall.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['kulla_carrier', 'kulla_officer', 'kulla_staff'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
        IF NOT pg_has_role(current_user, wanted, 'SET') THEN
            EXECUTE format('GRANT %I TO %I WITH INHERIT FALSE, SET TRUE', wanted, current_user);
        END IF;
    END LOOP;
EXCEPTION
    WHEN insufficient_privilege OR duplicate_object OR unique_violation OR undefined_object THEN NULL;
END $$

-- name: present
SELECT digest FROM row_security

-- name: tables
SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')

-- name: remember
WITH gone AS (DELETE FROM row_security)
INSERT INTO row_security (digest) VALUES ($1)

-- name: apply
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM kulla_carrier, kulla_officer, kulla_staff;

-- Carriers: their own submissions. Of screening, lists and alerts nothing at all, not even that there is any.
GRANT SELECT, INSERT ON submissions, manifests, message_facts TO kulla_carrier;
GRANT SELECT, INSERT, UPDATE ON submission_answers TO kulla_carrier;
GRANT INSERT ON manifest_outbox, audit, audit_unsealed TO kulla_carrier;
GRANT SELECT ON schedules, schedule_legs TO kulla_carrier;

-- Officers: the alerts of their ports, and what flies there. Not the lists, and of manifests not what is in them.
GRANT SELECT, INSERT, UPDATE ON alerts, referrals TO kulla_officer;
GRANT SELECT, INSERT ON alert_outbox, command_receipts TO kulla_officer;
GRANT INSERT ON audit, audit_unsealed TO kulla_officer;
GRANT SELECT ON schedules, schedule_legs, message_facts, alert_transitions TO kulla_officer;
GRANT SELECT (manifest_id, flight_id, flight_key, carrier, departure_port, arrival_port, scheduled_departure, scheduled_arrival,
    function, test, received_at) ON manifests TO kulla_officer;

-- Everybody else works with what the authority holds; what of it each role may see is the business of the first wall. Nobody's
-- request rewrites the audit trail or the register of migrations.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO kulla_staff;
REVOKE INSERT, UPDATE, DELETE ON schema_migrations, row_security FROM kulla_staff;
REVOKE UPDATE, DELETE ON audit FROM kulla_staff;

-- The rows.
ALTER TABLE submissions ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS staff ON submissions;
DROP POLICY IF EXISTS own ON submissions;
CREATE POLICY staff ON submissions TO kulla_staff USING (true);
CREATE POLICY own ON submissions TO kulla_carrier USING (owner = (SELECT current_setting('kulla.owner', true)));

ALTER TABLE manifests ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS staff ON manifests;
DROP POLICY IF EXISTS own ON manifests;
DROP POLICY IF EXISTS written ON manifests;
DROP POLICY IF EXISTS into_own_ports ON manifests;
CREATE POLICY staff ON manifests TO kulla_staff USING (true);
CREATE POLICY own ON manifests FOR SELECT TO kulla_carrier
    USING (EXISTS (SELECT FROM submissions s WHERE s.submission_id = manifests.submission_id));
-- Written by the statement that writes the submission, which it therefore cannot see yet; the reference ties it to one.
CREATE POLICY written ON manifests FOR INSERT TO kulla_carrier WITH CHECK (true);
CREATE POLICY into_own_ports ON manifests FOR SELECT TO kulla_officer USING (
    (SELECT current_setting('kulla.ports', true)) = '*'
    OR arrival_port = ANY (string_to_array((SELECT current_setting('kulla.ports', true)), ',')));

ALTER TABLE submission_answers ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS staff ON submission_answers;
DROP POLICY IF EXISTS own ON submission_answers;
CREATE POLICY staff ON submission_answers TO kulla_staff USING (true);
CREATE POLICY own ON submission_answers TO kulla_carrier
    USING (EXISTS (SELECT FROM submissions s WHERE s.submission_id = submission_answers.submission_id));

ALTER TABLE message_facts ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS staff ON message_facts;
DROP POLICY IF EXISTS own ON message_facts;
DROP POLICY IF EXISTS written ON message_facts;
DROP POLICY IF EXISTS counts ON message_facts;
CREATE POLICY staff ON message_facts TO kulla_staff USING (true);
CREATE POLICY own ON message_facts FOR SELECT TO kulla_carrier
    USING ((SELECT current_setting('kulla.carrier', true)) = '*' OR carrier = (SELECT current_setting('kulla.carrier', true)));
CREATE POLICY written ON message_facts FOR INSERT TO kulla_carrier WITH CHECK (true);
CREATE POLICY counts ON message_facts FOR SELECT TO kulla_officer USING (true);

ALTER TABLE alerts ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS staff ON alerts;
DROP POLICY IF EXISTS into_own_ports ON alerts;
CREATE POLICY staff ON alerts TO kulla_staff USING (true);
CREATE POLICY into_own_ports ON alerts TO kulla_officer USING (
    (SELECT current_setting('kulla.ports', true)) = '*'
    OR arrival_port = ANY (string_to_array((SELECT current_setting('kulla.ports', true)), ',')));

ALTER TABLE alert_outbox ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS staff ON alert_outbox;
DROP POLICY IF EXISTS into_own_ports ON alert_outbox;
CREATE POLICY staff ON alert_outbox TO kulla_staff USING (true);
CREATE POLICY into_own_ports ON alert_outbox TO kulla_officer USING (
    (SELECT current_setting('kulla.ports', true)) = '*'
    OR port = ANY (string_to_array((SELECT current_setting('kulla.ports', true)), ',')));

ALTER TABLE referrals ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS staff ON referrals;
DROP POLICY IF EXISTS of_own_ports ON referrals;
CREATE POLICY staff ON referrals TO kulla_staff USING (true);
CREATE POLICY of_own_ports ON referrals TO kulla_officer USING (
    (SELECT current_setting('kulla.ports', true)) = '*'
    OR port = ANY (string_to_array((SELECT current_setting('kulla.ports', true)), ',')));

ALTER TABLE command_receipts ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own ON command_receipts;
CREATE POLICY own ON command_receipts TO kulla_staff, kulla_officer
    USING (key_id = convert_from(decode((SELECT current_setting('kulla.subject', true)), 'hex'), 'UTF8'));
