-- Exchange with named partners. Nothing is shared unless an agreement that two persons made says so, and each transfer needs two
-- persons again. What was sent or received (`content`) is forgotten at `forget_at`; who did what and when stays.

CREATE TABLE exchange_partners (
    partner_id text PRIMARY KEY,
    name       text        NOT NULL,
    country    text,
    public_key bytea       NOT NULL UNIQUE CHECK (octet_length(public_key) = 32),   -- Ed25519; another key is another partner
    created_by text        NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE exchange_agreements (
    agreement_id text PRIMARY KEY,
    partner_id   text        NOT NULL REFERENCES exchange_partners,
    reference    text        NOT NULL,                    -- by which both sides know it
    purpose      text        NOT NULL,
    legal_basis  text        NOT NULL,
    directions   text[]      NOT NULL CHECK (directions <@ ARRAY['export', 'import'] AND cardinality(directions) > 0),
    shares       text[]      NOT NULL CHECK (cardinality(shares) > 0),   -- groups of fields
    lists        text[]      NOT NULL CHECK (cardinality(lists) > 0),    -- from which, and into which
    expires_at   timestamptz NOT NULL,
    state        text        NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'active', 'ended')),
    created_by   text        NOT NULL,
    created_at   timestamptz NOT NULL,
    approved_by  text,
    approved_at  timestamptz,
    CONSTRAINT two_persons CHECK (state <> 'active' OR (approved_by IS NOT NULL AND approved_by <> created_by))
);
CREATE UNIQUE INDEX exchange_agreements_by_reference ON exchange_agreements (partner_id, reference) WHERE state <> 'ended';

CREATE TABLE exchange_transfers (
    transfer_id  text PRIMARY KEY,
    agreement_id text        NOT NULL REFERENCES exchange_agreements,
    partner_id   text        NOT NULL REFERENCES exchange_partners,
    direction    text        NOT NULL CHECK (direction IN ('export', 'import')),
    kind         text        NOT NULL CHECK (kind IN ('record', 'case')),
    message_id   text        NOT NULL,                    -- of the signed document: one that comes twice is a replay
    state        text        NOT NULL CHECK (state IN ('requested', 'approved', 'refused', 'received', 'seconded', 'accepted')),
    reason       text,
    content      jsonb,
    document     text,                                    -- as signed
    requested_by text        NOT NULL,                    -- export: who asked; import: who brought it
    requested_at timestamptz NOT NULL,
    first_by     text,                                    -- import: the first who accepted it
    list_id      text,
    decided_by   text,
    decided_at   timestamptz,
    forget_at    timestamptz NOT NULL,
    UNIQUE (partner_id, direction, message_id),
    CONSTRAINT export_by_two CHECK (state <> 'approved' OR (decided_by IS NOT NULL AND decided_by <> requested_by)),
    CONSTRAINT import_by_two CHECK (state <> 'accepted' OR (first_by IS NOT NULL AND decided_by IS NOT NULL AND decided_by <> first_by))
);
CREATE INDEX exchange_transfers_by_time ON exchange_transfers (requested_at, transfer_id);
