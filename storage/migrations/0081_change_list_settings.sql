-- What holds for a whole list can be changed, and how rare names are is counted anew, as publications like any other: versions
-- of the lists with an author and a reason. No delta leads over a version that resets: every screener takes a base of it.

ALTER TABLE list_versions ALTER COLUMN list_id DROP NOT NULL;                   -- a recount is of no list, and of all
ALTER TABLE list_versions ADD COLUMN resets boolean NOT NULL DEFAULT false;
ALTER TABLE list_versions ADD COLUMN settings jsonb;                            -- field -> {before, after}; NULL = records
CREATE INDEX list_versions_resets ON list_versions (version) WHERE resets;

ALTER TABLE watchlists ADD COLUMN settings_version integer NOT NULL DEFAULT 1;  -- the ETag of the list's own fields
ALTER TABLE list_proposals ADD COLUMN settings jsonb;                           -- the fields as proposed; NULL = records

-- The second wall behind the code: a list of four eyes changes its fields (its four eyes first of all) only together with a
-- version of these very fields in the same transaction, and that one needs a second person (migration 0061).
CREATE FUNCTION check_four_eyes_on_settings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.four_eyes AND NOT EXISTS (
        SELECT FROM list_versions v
        WHERE v.list_id = OLD.list_id AND v.settings IS NOT NULL AND v.xmin = pg_current_xact_id()::xid) THEN
        RAISE EXCEPTION 'a list of four eyes needs a second person' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER four_eyes_on_settings BEFORE UPDATE ON watchlists FOR EACH ROW EXECUTE FUNCTION check_four_eyes_on_settings();
