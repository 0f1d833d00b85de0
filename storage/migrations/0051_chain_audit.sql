-- The audit trail becomes append-only and chained. Lines are written in the transaction of what they tell; a moment later the sealer
-- takes what was committed from the queue and puts it into a block, whose hash covers every line of it and the block before.
--
-- The queue, and not a cursor, says what is still to be sealed: a line enters it with its transaction, so that a line that commits
-- late is sealed late and never missed, and a database restored from a dump goes on where it stood.

CREATE TABLE audit_unsealed (position bigint NOT NULL);
INSERT INTO audit_unsealed SELECT position FROM audit;

CREATE TABLE audit_blocks (
    block         bigint      PRIMARY KEY,
    positions     bigint[]    NOT NULL,          -- of its lines, in their order
    digests       bytea       NOT NULL,          -- SHA-256 of each line's content, 32 bytes each: they say which line was touched
    first_at      timestamptz NOT NULL,          -- times of the lines: the earliest and the latest
    last_at       timestamptz NOT NULL,
    sealed_at     timestamptz NOT NULL,
    previous_hash bytea       NOT NULL,
    hash          bytea       NOT NULL
);
CREATE INDEX audit_blocks_by_time ON audit_blocks (last_at);
CREATE INDEX audit_by_actor ON audit (actor, position);

CREATE FUNCTION queue_audit_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_unsealed SELECT position FROM added;
    RETURN NULL;
END $$;
CREATE TRIGGER audit_is_sealed AFTER INSERT ON audit
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION queue_audit_lines();

-- Only the purge of lines whose retention has ended removes any, and says so in a setting of its transaction; its own line in the
-- trail names the blocks that it emptied, and a verification holds the two against each other.
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit' AND current_setting('kulla.purging_audit', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_blocks_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_blocks
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
