-- Changes of alerts, sent to addresses that an operator proposed and a supervisor approved. A webhook's cursor is a place in
-- alert_outbox: everything up to it was taken by the receiver, or put aside. What is sent is read from the outbox when it is sent;
-- nothing here holds a person.

CREATE TABLE webhooks (
    webhook_id      text PRIMARY KEY,
    url             text        NOT NULL,
    role            text        NOT NULL CHECK (role IN ('analyst', 'officer')),   -- as whom the receiver sees alerts
    port            text,                                                          -- arrival port; NULL: all
    label           text,
    state           text        NOT NULL CHECK (state IN ('proposed', 'active', 'removed')),
    secret          bytea       NOT NULL,                     -- needed to sign, so it cannot be a hash; emptied when removed
    previous_secret bytea,                                    -- signs too, until previous_until
    previous_until  timestamptz,
    major           bigint      NOT NULL DEFAULT 0,
    minor           bigint      NOT NULL DEFAULT 0,
    delivered       bigint      NOT NULL DEFAULT 0,
    created_by      text        NOT NULL,
    created_at      timestamptz NOT NULL,
    approved_by     text,
    approved_at     timestamptz,
    CONSTRAINT officers_have_a_port CHECK (role <> 'officer' OR port IS NOT NULL),
    CONSTRAINT two_persons CHECK (state <> 'active' OR (approved_by IS NOT NULL AND approved_by <> created_by))
);

-- What could not be delivered yet (waiting: the one all later ones wait for), what was given up (dead), and what somebody wants
-- sent again (again). What was delivered leaves no row.
CREATE TABLE webhook_deliveries (
    webhook_id    text        NOT NULL REFERENCES webhooks,
    delivery_id   text        NOT NULL,                       -- derived from the alert and its version: the same for every receiver
    major         bigint      NOT NULL,
    minor         bigint      NOT NULL,
    alert_id      text        NOT NULL,
    alert_version integer     NOT NULL,
    state         text        NOT NULL CHECK (state IN ('waiting', 'dead', 'again')),
    attempts      integer     NOT NULL,
    failure       text        NOT NULL,
    status        integer,                                    -- of the receiver's last answer; NULL: there was none
    failed_at     timestamptz NOT NULL,
    next_at       timestamptz,
    PRIMARY KEY (webhook_id, delivery_id)
);
CREATE INDEX webhook_deliveries_by_state ON webhook_deliveries (webhook_id, state, failed_at, delivery_id);
