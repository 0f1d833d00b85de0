-- The relay carries quarantined events to their topic. Like every tail it needs the order of commits, which `at` is not.

ALTER TABLE quarantine
    ADD COLUMN transaction_id bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    ADD COLUMN position       bigint GENERATED ALWAYS AS IDENTITY;
CREATE UNIQUE INDEX quarantine_by_order ON quarantine (transaction_id, position);
