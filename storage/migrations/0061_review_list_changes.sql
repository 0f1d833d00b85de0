-- Changes of a list that a second person has to approve, what a file says about a record in several places, and why a list changed.

ALTER TABLE watchlists ADD COLUMN four_eyes boolean NOT NULL DEFAULT false;

ALTER TABLE list_versions ADD COLUMN note text;
ALTER TABLE list_versions ADD COLUMN approved_by text;

-- Names and documents that stand apart from their record in an imported file. Unlogged, as what they supplement.
CREATE UNLOGGED TABLE staged_supplements (
    import_id  text        NOT NULL,
    record_id  text        NOT NULL,
    row_number integer     NOT NULL,
    body       jsonb       NOT NULL,               -- schemas.watchlist.Record: its names and documents count
    staged_at  timestamptz NOT NULL,
    PRIMARY KEY (import_id, record_id, row_number)
);

-- A proposal waits as long as people take, so unlike an import it survives a crash.
CREATE TABLE list_proposals (
    proposal_id   text PRIMARY KEY,
    list_id       text        NOT NULL REFERENCES watchlists,
    replace       boolean     NOT NULL,
    note          text,
    summary       jsonb       NOT NULL,             -- added, changed, removed, unchanged: against the list when it was proposed
    proposed_at   timestamptz NOT NULL,
    proposed_by   text        NOT NULL,
    state         text        NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'approved', 'rejected')),
    decided_at    timestamptz,
    decided_by    text,
    decision_note text,
    list_version  bigint,                           -- what the approval published
    CONSTRAINT list_proposals_decided CHECK ((state = 'open') = (decided_by IS NULL)),
    CONSTRAINT list_proposals_four_eyes CHECK (state <> 'approved' OR decided_by <> proposed_by)
);
CREATE INDEX list_proposals_by_list ON list_proposals (list_id, proposed_at DESC);

CREATE TABLE proposed_records (
    proposal_id text    NOT NULL REFERENCES list_proposals ON DELETE CASCADE,
    record_id   text    NOT NULL,
    row_number  integer NOT NULL,
    body_sha256 bytea   NOT NULL,
    body        jsonb,
    PRIMARY KEY (proposal_id, record_id)
);

-- The second wall behind the code: nothing is published on a list of four eyes without a second, different person.
CREATE FUNCTION check_four_eyes_on_lists() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT four_eyes FROM watchlists WHERE list_id = NEW.list_id)
        AND (NEW.approved_by IS NULL OR NEW.approved_by = NEW."by") THEN
        RAISE EXCEPTION 'a list of four eyes needs a second person' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER four_eyes_on_lists BEFORE INSERT ON list_versions FOR EACH ROW EXECUTE FUNCTION check_four_eyes_on_lists();
