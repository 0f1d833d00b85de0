-- Persons of the identity provider who were seen here, so that alerts can be given to them. Their name there, their role, and when:
-- nothing else is known of them, and it is forgotten when they stay away.

CREATE TABLE seen_persons (
    person       text PRIMARY KEY,             -- issuer#subject
    role         text        NOT NULL,
    last_seen_at timestamptz NOT NULL          -- to some minutes
);
CREATE INDEX seen_persons_by_time ON seen_persons (last_seen_at);
