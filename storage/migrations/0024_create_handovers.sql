-- Hand-overs between shifts: who handed which alerts to whom, and what was said.

CREATE TABLE handovers (
    handover_id text PRIMARY KEY,
    at          timestamptz NOT NULL,
    by          text        NOT NULL,          -- who did it: the person leaving, or a supervisor
    from_person text        NOT NULL,
    to_person   text        NOT NULL CHECK (to_person <> from_person),
    note        text,
    alert_ids   text[]      NOT NULL
);
CREATE INDEX handovers_by_time ON handovers (at DESC, handover_id);
