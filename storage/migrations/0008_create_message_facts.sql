-- What is remembered of each message for the quality of its carrier: counts, nobody's data. No reference to the submission:
-- the facts outlive it, and its purge must not take them away.

CREATE TABLE message_facts (
    submission_id       text        NOT NULL,
    message_index       integer     NOT NULL,
    carrier             text,                        -- of the flight; of a rejected message that of the key
    status              text        NOT NULL,        -- schemas.receipt.MessageStatus
    function            text,
    test                boolean     NOT NULL,
    flight_id           text,                        -- NULL: rejected
    flight_key          text,
    departure_port      text,
    arrival_port        text,
    scheduled_departure timestamptz,
    scheduled_arrival   timestamptz,
    received_at         timestamptz NOT NULL,
    -- In which period it counts: that of the departure; of the receipt, where nobody said when, or it is long past (such a message
    -- is no news of that flight any more, but it is one of the carrier's messages).
    at                  timestamptz NOT NULL GENERATED ALWAYS AS (
        CASE WHEN received_at - scheduled_departure > interval '96 hours' THEN received_at
             ELSE coalesce(scheduled_departure, received_at) END) STORED,
    travellers          integer     NOT NULL,
    travellers_asked    integer     NOT NULL,        -- those in lists, of whom every element is asked
    declared            integer,
    report              text,                        -- names the report whose part this is; NULL: in one piece
    part                integer,
    last_part           boolean     NOT NULL,
    elements            jsonb       NOT NULL,        -- how many travellers have each element
    findings            jsonb       NOT NULL,        -- how many of each code
    closure             jsonb,                       -- closures: held against the lists, once it was done
    PRIMARY KEY (submission_id, message_index)
);
CREATE INDEX message_facts_by_carrier ON message_facts (carrier, at) WHERE NOT test;
CREATE INDEX message_facts_by_flight ON message_facts (flight_key);
CREATE INDEX message_facts_open_closures ON message_facts (received_at)
    WHERE closure IS NULL AND NOT test AND status <> 'rejected' AND function LIKE 'flight_close%';
