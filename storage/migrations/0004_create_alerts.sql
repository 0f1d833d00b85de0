-- Alerts, decisions, and the false matches that were proven false.

CREATE TABLE alerts (
    alert_id             text PRIMARY KEY,        -- derived from traveller version and record version: each pair once
    version              integer          NOT NULL,
    state                text             NOT NULL CHECK (state IN (
        'new', 'in_review', 'no_match', 'possible', 'confirmed', 'handed_over', 'acknowledged', 'closed',
        'withdrawn', 'superseded', 'expired')),
    severity             text             NOT NULL CHECK (severity IN ('high', 'medium', 'low')),
    band                 text             NOT NULL,
    lanes                text[]           NOT NULL,
    score                double precision NOT NULL,
    awaiting_approval    boolean          NOT NULL DEFAULT false,
    confirmed_by         text,
    approved_by          text,
    assignee             text,
    flight_id            text             NOT NULL,
    flight_key           text             NOT NULL,
    carrier              text,
    departure_port       text,
    arrival_port         text,
    scheduled_arrival    timestamptz,
    nationality          text,
    traveller_id         text             NOT NULL,
    traveller_version_id text             NOT NULL,
    traveller_version    integer          NOT NULL,
    traveller_name       text             NOT NULL DEFAULT '',   -- upper case, for the analysts' search
    list_id              text             NOT NULL,
    record_id            text             NOT NULL,
    record_version       integer          NOT NULL,
    matcher_version      text             NOT NULL,
    manifest_id          text             NOT NULL,
    created_at           timestamptz      NOT NULL,
    updated_at           timestamptz      NOT NULL,
    due_at               timestamptz,
    purge_at             timestamptz,
    body                 jsonb            NOT NULL,              -- schemas.alert.Alert, as of `version`
    -- Four eyes: nothing of severity high is confirmed, or goes further, on one person's word.
    CONSTRAINT four_eyes CHECK (
        severity <> 'high' OR state NOT IN ('confirmed', 'handed_over', 'acknowledged', 'closed')
        OR (confirmed_by IS NOT NULL AND approved_by IS NOT NULL AND approved_by <> confirmed_by)),
    -- Nothing is confirmed without a named person.
    CONSTRAINT named_person CHECK (
        state NOT IN ('confirmed', 'handed_over', 'acknowledged', 'closed') OR confirmed_by IS NOT NULL)
);
CREATE INDEX alerts_by_creation ON alerts (created_at DESC, alert_id);
CREATE INDEX alerts_by_flight ON alerts (flight_id);
CREATE INDEX alerts_by_traveller ON alerts (traveller_id);
CREATE INDEX alerts_by_state ON alerts (state, created_at DESC, alert_id);
CREATE INDEX alerts_by_record ON alerts (list_id, record_id);
CREATE INDEX alerts_by_purge ON alerts (purge_at);

CREATE TABLE suppressions (
    suppression_id text PRIMARY KEY,
    fingerprints   text[]      NOT NULL,       -- of the traveller: one per document, one of name with birth date
    list_id        text        NOT NULL,
    record_id      text        NOT NULL,
    record_version integer     NOT NULL,
    alert_id       text        NOT NULL,
    reason_code    text        NOT NULL,
    comment        text,
    created_by     text        NOT NULL,
    created_at     timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    CHECK (expires_at <= created_at + interval '12 months')
);
CREATE INDEX suppressions_by_fingerprint ON suppressions USING gin (fingerprints);
