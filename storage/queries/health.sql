-- What an operator needs to know at a glance. Cheap: asked every few seconds.

-- name: newest_list_version
SELECT coalesce(max(version), 0) FROM list_versions

-- name: stream_age
-- Seconds since the oldest manifest that waits to be screened was stored, 0 where none waits. One that was passed over no longer
-- waits: it lies in quarantine, or a later one of its flight was screened. Only flights are in order: two flights of one partition
-- here may be read by different screeners of a Kafka topic. Only the newest rows are looked at: what waits longer than these is
-- late in any case, and a longer look would cost more than it tells.
WITH recent AS (
    SELECT o.flight_key, o.position, o.created_at, s.manifest_id IS NOT NULL AS screened
    FROM (
        SELECT flight_key, position, created_at, manifest_id
        FROM manifest_outbox
        WHERE occasion = 'received'
        ORDER BY transaction_id DESC, position DESC
        LIMIT 2000
    ) AS o
    LEFT JOIN manifest_screenings s USING (manifest_id)
), done AS (
    SELECT flight_key, max(position) AS position FROM recent WHERE screened GROUP BY flight_key
)
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(recent.created_at)), 0)::double precision
FROM recent
LEFT JOIN done USING (flight_key)
WHERE NOT recent.screened
    AND (done.position IS NULL OR recent.position > done.position)
    AND NOT EXISTS (SELECT FROM quarantine q WHERE q.key = recent.flight_key AND q.at >= recent.created_at)

-- name: longest_transaction
-- Seconds that the oldest open transaction of this database is open: it holds back every reader of the outbox.
SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)::double precision
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'

-- name: tell_lists
-- What a screener has loaded; whoever has not been heard of for $4 is forgotten.
WITH gone AS (
    DELETE FROM screener_lists WHERE seen_at < clock_timestamp() - $4::interval
)
INSERT INTO screener_lists AS known (screener, list_version, record_count, loaded_at, seen_at)
VALUES ($1, $2, $3, clock_timestamp(), clock_timestamp())
ON CONFLICT (screener) DO UPDATE
SET list_version = excluded.list_version, record_count = excluded.record_count, seen_at = excluded.seen_at,
    loaded_at = CASE WHEN known.list_version = excluded.list_version THEN known.loaded_at ELSE excluded.loaded_at END

-- name: loaded_lists
-- Of the screeners heard of within $1: the one that is furthest behind, and since when it is.
WITH heard AS (
    SELECT * FROM screener_lists WHERE seen_at > clock_timestamp() - $1::interval
), last AS (
    SELECT list_version, record_count, loaded_at FROM heard ORDER BY list_version, loaded_at LIMIT 1
)
SELECT (SELECT count(*) FROM heard) AS screeners, last.list_version, last.record_count,
       extract(epoch FROM clock_timestamp() - last.loaded_at)::double precision AS loaded_seconds,
       greatest(0, coalesce(extract(epoch FROM clock_timestamp() - (
           SELECT min(in_force_at) FROM list_versions WHERE version > last.list_version)), 0))::double precision AS behind_seconds
FROM (VALUES (1)) AS always LEFT JOIN last ON true
