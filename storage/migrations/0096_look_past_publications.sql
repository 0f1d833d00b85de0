-- A long publication writes for seconds and sends no manifest, so readers of manifests need not wait for it.
--
-- manifest_outbox_horizon(): below it no row can appear any more. It is the oldest transaction of the statement's own snapshot that
-- still runs, those left out that have promised to write no manifests. Everything is judged by that one snapshot: what it does not
-- count as running has ended before it, and is seen by it. A promise that is not seen in time only costs patience.
--
-- The promise is an advisory lock, which ends with its transaction, and a setting, by which the table holds the promiser to it: rows
-- below the horizon would be lost.

CREATE FUNCTION manifest_outbox_horizon() RETURNS bigint LANGUAGE sql STABLE AS $$
SELECT coalesce(min(running.id), pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
FROM (SELECT x::text::bigint AS id FROM pg_snapshot_xip(pg_current_snapshot()) AS x) AS running
WHERE running.id & 4294967295 NOT IN (
    SELECT own.transactionid::text::bigint
    FROM pg_locks own
    JOIN pg_locks promise ON promise.pid = own.pid
    WHERE own.locktype = 'transactionid' AND own.mode = 'ExclusiveLock' AND own.granted
        AND promise.locktype = 'advisory' AND promise.granted AND promise.objsubid = 2 AND promise.objid = 1
        AND promise.classid = (hashtext('kulla.no_manifests')::bigint & 4294967295)::oid
        AND promise.database = (SELECT oid FROM pg_database WHERE datname = current_database())
)
$$;

CREATE FUNCTION hold_to_no_manifests() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('kulla.no_manifests', true) = 'on' THEN
        RAISE EXCEPTION 'this transaction has promised to send no manifests';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER no_manifests_where_promised BEFORE INSERT ON manifest_outbox
FOR EACH STATEMENT EXECUTE FUNCTION hold_to_no_manifests();
