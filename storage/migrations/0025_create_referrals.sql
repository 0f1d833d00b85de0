-- Protection referrals: cards without an alert and without a name, under a retention of their own. The body is the truth
-- (schemas.referral.Referral); columns follow it.

CREATE TABLE referrals (
    referral_id        text PRIMARY KEY,
    version            integer     NOT NULL,
    port               text        NOT NULL,
    kind               text        NOT NULL CHECK (kind IN (
        'asylum', 'unaccompanied_child', 'suspected_trafficking', 'medical')),
    state              text        NOT NULL CHECK (state IN ('open', 'taken_over', 'closed')),
    escalation         smallint    NOT NULL DEFAULT 0 CHECK (escalation IN (0, 50, 80, 100)),
    opened_at          timestamptz NOT NULL,
    next_escalation_at timestamptz,
    purge_at           timestamptz NOT NULL,
    outcome            text,
    body               jsonb       NOT NULL,
    CONSTRAINT outcome_of_closed_referral CHECK ((state = 'closed') = (outcome IS NOT NULL))
);
CREATE INDEX referrals_by_port ON referrals (port, opened_at DESC, referral_id);
CREATE INDEX referrals_by_opening ON referrals (opened_at DESC, referral_id);
CREATE INDEX referrals_by_next_escalation ON referrals (next_escalation_at) WHERE next_escalation_at IS NOT NULL;
CREATE INDEX referrals_by_purge ON referrals (purge_at);

-- Which analysts may see referrals of every port: a scope that an operator gives, and takes.
CREATE TABLE protection_scope (
    person     text PRIMARY KEY,
    granted_at timestamptz NOT NULL,
    granted_by text        NOT NULL
);
