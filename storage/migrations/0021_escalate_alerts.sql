-- What an alert's clocks, its queue and its outcome need as columns. The bodies stay the truth; columns follow them.

ALTER TABLE alerts
    ADD COLUMN queue              text        NOT NULL DEFAULT 'standard' CHECK (queue IN ('standard', 'protection')),
    ADD COLUMN escalation         smallint    NOT NULL DEFAULT 0 CHECK (escalation IN (0, 50, 80, 100)),
    ADD COLUMN next_escalation_at timestamptz,  -- when its clocks have to be looked at next; NULL = never in this state
    ADD COLUMN handed_over_at     timestamptz,  -- since when an officer owes an outcome
    ADD COLUMN outcome            text CHECK (outcome IN (
        'right_person', 'wrong_person', 'not_found', 'not_travelled', 'referred', 'protection_referral')),
    ADD COLUMN decided_at         timestamptz;  -- of the decision or outcome that ended it; NULL while it is open

UPDATE alerts SET queue = 'protection', body = body || '{"queue": "protection"}' WHERE body #>> '{record,action}' = 'protect';
UPDATE alerts SET outcome = body #>> '{disposition,outcome}' WHERE state = 'closed';
UPDATE alerts SET decided_at = (body #>> '{disposition,at}')::timestamptz WHERE state IN ('closed', 'no_match');
UPDATE alerts SET handed_over_at = updated_at WHERE state IN ('handed_over', 'acknowledged');
-- Looked at once by the first process that comes, which works out when the next time is.
UPDATE alerts SET next_escalation_at = created_at WHERE state IN ('new', 'in_review', 'possible', 'confirmed', 'handed_over');

CREATE INDEX alerts_by_next_escalation ON alerts (next_escalation_at) WHERE next_escalation_at IS NOT NULL;
CREATE INDEX alerts_by_queue ON alerts (queue, created_at DESC, alert_id);
CREATE INDEX alerts_by_assignee ON alerts (assignee) WHERE assignee IS NOT NULL;
CREATE INDEX alerts_by_list_decided ON alerts (list_id, decided_at) WHERE decided_at IS NOT NULL;
CREATE INDEX alerts_by_hand_over ON alerts (handed_over_at) WHERE state IN ('handed_over', 'acknowledged');
