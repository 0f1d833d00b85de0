-- Who may do what, who did what, and which console commands were already carried out.

CREATE TABLE api_keys (
    key_id        text PRIMARY KEY,
    secret_sha256 bytea       NOT NULL,        -- the secret has 256 bits of entropy: a plain hash is enough, and quick
    role          text        NOT NULL,
    carrier       text,                        -- NULL: any carrier (sandbox only)
    port          text,                        -- NULL: any port (sandbox only)
    label         text,
    created_at    timestamptz NOT NULL,
    created_by    text        NOT NULL,
    expires_at    timestamptz,
    revoked_at    timestamptz
);

CREATE TABLE audit (
    position     bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at           timestamptz NOT NULL,
    actor        text        NOT NULL,         -- a key's id, or 'kulla' for the machine
    action       text        NOT NULL,
    subject_kind text        NOT NULL,
    subject_id   text        NOT NULL,
    details      jsonb       NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_by_subject ON audit (subject_kind, subject_id, position);

-- A console that was offline replays its commands; each is carried out once.
CREATE TABLE command_receipts (
    key_id          text        NOT NULL,
    idempotency_key text        NOT NULL,
    request_sha256  bytea       NOT NULL,      -- the same key with another command is refused
    status          integer     NOT NULL,
    body            bytea       NOT NULL,
    at              timestamptz NOT NULL,
    PRIMARY KEY (key_id, idempotency_key)
);
CREATE INDEX command_receipts_by_age ON command_receipts (at);
