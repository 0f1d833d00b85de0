-- Requests of people about what is held on them: access, and correction. Who asked is kept until the request has long been answered
-- (purged with the purge), what was decided stays.

CREATE TABLE subject_requests (
    request_id   text PRIMARY KEY,
    kind         text        NOT NULL CHECK (kind IN ('access', 'rectification')),
    state        text        NOT NULL CHECK (state IN ('received', 'in_progress', 'answered', 'refused')),
    reference    text        NOT NULL,             -- of the letter or the file: never a name
    identity     text        NOT NULL,             -- how it was made sure that it is this person who asks
    subject      jsonb,                            -- surname, given_names, birth_date, document_number; NULL: forgotten
    received_at  timestamptz NOT NULL,
    due_at       timestamptz NOT NULL,
    created_by   text        NOT NULL,
    lists        boolean     NOT NULL DEFAULT false,   -- a supervisor decided that list content is disclosed
    decided_at   timestamptz,
    decided_by   text,
    decision     text
);
CREATE INDEX subject_requests_by_state ON subject_requests (state, due_at);

-- What the person says is wrong, or was found to be, beside what the carrier sent (which stays what it sent).
CREATE TABLE subject_corrections (
    correction_id text PRIMARY KEY,
    request_id    text        NOT NULL REFERENCES subject_requests,
    alert_id      text,                            -- the alert that was corrected; NULL: an annotation
    flight_id     text        NOT NULL,
    traveller_id  text        NOT NULL,
    field         text        NOT NULL,
    was           text,
    value         text,
    reason        text        NOT NULL,
    at            timestamptz NOT NULL,
    by            text        NOT NULL
);
CREATE INDEX subject_corrections_by_request ON subject_corrections (request_id, at);
CREATE INDEX subject_corrections_by_traveller ON subject_corrections (flight_id, traveller_id);
