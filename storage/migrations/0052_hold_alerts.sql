-- Legal holds: an alert that is kept, with what it stands on, although its retention has ended. And what the purge looks for.

CREATE TABLE alert_holds (
    alert_id  text PRIMARY KEY REFERENCES alerts,
    reason    text        NOT NULL CHECK (reason <> ''),
    placed_by text        NOT NULL,
    placed_at timestamptz NOT NULL
);
CREATE INDEX alert_outbox_by_age ON alert_outbox (created_at);
CREATE INDEX message_facts_by_time ON message_facts (at);
CREATE INDEX suppressions_by_expiry ON suppressions (expires_at);
