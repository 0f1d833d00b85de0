-- The life of an alert, guarded by the database as well: whatever program writes, and whatever it forgot.
--
-- The rows below are the pairs of states of schemas.alert.TRANSITIONS (a test compares them). A step that leaves the state alone
-- (assignment, escalation, a first signature) is always legal here.

CREATE TABLE alert_transitions (
    source text NOT NULL,
    target text NOT NULL,
    PRIMARY KEY (source, target)
);
INSERT INTO alert_transitions (source, target) VALUES
    ('new', 'in_review'),
    ('in_review', 'no_match'),
    ('in_review', 'possible'),
    ('possible', 'no_match'),
    ('possible', 'confirmed'),
    ('confirmed', 'handed_over'),
    ('handed_over', 'acknowledged'),
    ('acknowledged', 'closed'),
    ('no_match', 'in_review'),
    ('closed', 'in_review');
INSERT INTO alert_transitions (source, target)
    SELECT live, ended
    FROM unnest(ARRAY['new', 'in_review', 'possible', 'confirmed', 'handed_over', 'acknowledged']) live,
         unnest(ARRAY['withdrawn', 'superseded']) ended;
INSERT INTO alert_transitions (source, target)
    SELECT known, 'expired'
    FROM unnest(ARRAY['new', 'in_review', 'no_match', 'possible', 'confirmed', 'handed_over', 'acknowledged', 'closed',
                      'withdrawn', 'superseded']) known;

-- Nothing is closed without what came of it.
ALTER TABLE alerts ADD CONSTRAINT outcome_of_closed CHECK (state <> 'closed' OR outcome IS NOT NULL);

CREATE FUNCTION guard_alert_birth() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state IN ('confirmed', 'handed_over', 'acknowledged', 'closed') THEN
        RAISE EXCEPTION 'an alert is not born %', NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'alert_birth';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER alert_birth BEFORE INSERT ON alerts FOR EACH ROW EXECUTE FUNCTION guard_alert_birth();

CREATE FUNCTION guard_alert_life() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.version <= OLD.version THEN
        RAISE EXCEPTION 'a changed alert has a higher version'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'alert_version';
    END IF;
    IF NEW.state <> OLD.state
       AND NOT EXISTS (SELECT FROM alert_transitions t WHERE t.source = OLD.state AND t.target = NEW.state) THEN
        RAISE EXCEPTION 'no step leads from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'alert_transition';
    END IF;
    -- Four eyes: the first signature was there, committed before, when the second person signed. An alert whose severity is
    -- lowered in the same moment is still one that needed two.
    IF NEW.state = 'confirmed' AND OLD.state <> 'confirmed' AND 'high' IN (OLD.severity, NEW.severity)
       AND (NOT OLD.awaiting_approval OR OLD.confirmed_by IS NULL OR NEW.confirmed_by IS DISTINCT FROM OLD.confirmed_by
            OR NEW.approved_by IS NULL OR NEW.approved_by = NEW.confirmed_by) THEN
        RAISE EXCEPTION 'severity high is confirmed by a second, different person'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'four_eyes';
    END IF;
    -- What was signed stays as it was signed.
    IF NEW.state IN ('confirmed', 'handed_over', 'acknowledged', 'closed')
       AND OLD.state IN ('confirmed', 'handed_over', 'acknowledged', 'closed')
       AND (NEW.severity, NEW.confirmed_by, NEW.approved_by) IS DISTINCT FROM (OLD.severity, OLD.confirmed_by, OLD.approved_by) THEN
        RAISE EXCEPTION 'the signatures of a confirmed alert do not change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'alert_signatures';
    END IF;
    RETURN NEW;
END $$;
-- Whoever writes the same again (a clock looked at in vain, columns that another release added) changes no life.
CREATE TRIGGER alert_life BEFORE UPDATE OF version, state, severity, awaiting_approval, confirmed_by, approved_by, outcome, assignee
    ON alerts FOR EACH ROW
    WHEN ((OLD.version, OLD.state, OLD.severity, OLD.awaiting_approval, OLD.confirmed_by, OLD.approved_by, OLD.outcome, OLD.assignee)
          IS DISTINCT FROM
          (NEW.version, NEW.state, NEW.severity, NEW.awaiting_approval, NEW.confirmed_by, NEW.approved_by, NEW.outcome, NEW.assignee))
    EXECUTE FUNCTION guard_alert_life();
