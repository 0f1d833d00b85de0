-- What is done with a staged import before it is published.

-- name: supplement
INSERT INTO staged_supplements (import_id, record_id, row_number, body, staged_at)
SELECT $1, s.record_id, s.row_number, s.body::jsonb, $5
FROM unnest($2::text[], $3::integer[], $4::text[]) AS s (record_id, row_number, body)
ON CONFLICT DO NOTHING

-- name: next_supplemented
-- Staged records behind the id $2 that have supplements, each with them, in the order of their ids.
SELECT r.record_id, r.body, array_agg(s.body::text ORDER BY s.row_number) AS supplements
FROM staged_supplements s
JOIN staged_records r USING (import_id, record_id)
WHERE s.import_id = $1 AND s.record_id > $2 AND r.body IS NOT NULL
GROUP BY r.record_id, r.body
ORDER BY r.record_id
LIMIT $3

-- name: replace_staged
UPDATE staged_records r
SET body = n.body::jsonb, body_sha256 = n.body_sha256
FROM unnest($2::text[], $3::text[], $4::bytea[]) AS n (record_id, body, body_sha256)
WHERE r.import_id = $1 AND r.record_id = n.record_id

-- name: discard_supplements
DELETE FROM staged_supplements WHERE import_id = $1 OR staged_at < $2

-- name: orphans
-- Records that have supplements but no entry of their own in the file.
SELECT count(DISTINCT s.record_id)
FROM staged_supplements s
WHERE s.import_id = $1 AND NOT EXISTS (SELECT FROM staged_records r WHERE r.import_id = $1 AND r.record_id = s.record_id)

-- name: count_differences
-- What publishing would do, in numbers: an empty hash only keeps a record as it is, no body removes it. $3: records that are not
-- named are removed too.
SELECT change, count(*) AS records FROM (
    SELECT CASE
        WHEN octet_length(s.body_sha256) = 0 THEN 'kept'
        WHEN s.body IS NULL THEN CASE WHEN r.record_id IS NULL THEN 'kept' ELSE 'removed' END
        WHEN r.record_id IS NULL THEN 'added'
        WHEN r.body_sha256 <> s.body_sha256 THEN 'changed'
        ELSE 'unchanged'
    END AS change
    FROM staged_records s
    LEFT JOIN records r ON r.list_id = $2 AND r.record_id = s.record_id AND r.to_version IS NULL
    WHERE s.import_id = $1
    UNION ALL
    SELECT 'removed'
    FROM records r
    WHERE $3::boolean AND r.list_id = $2 AND r.to_version IS NULL
        AND NOT EXISTS (SELECT FROM staged_records s WHERE s.import_id = $1 AND s.record_id = r.record_id)
) AS d
GROUP BY change

-- name: show_differences
-- The first $4 records of each kind of change, by their ids.
SELECT change, record_id FROM (
    SELECT change, record_id, row_number() OVER (PARTITION BY change ORDER BY record_id) AS place FROM (
        SELECT CASE
            WHEN s.body IS NULL THEN 'removed' WHEN r.record_id IS NULL THEN 'added' ELSE 'changed'
        END AS change, s.record_id
        FROM staged_records s
        LEFT JOIN records r ON r.list_id = $2 AND r.record_id = s.record_id AND r.to_version IS NULL
        WHERE s.import_id = $1 AND octet_length(s.body_sha256) > 0 AND r.body_sha256 IS DISTINCT FROM s.body_sha256
            AND NOT (s.body IS NULL AND r.record_id IS NULL)
        UNION ALL
        SELECT 'removed', r.record_id
        FROM records r
        WHERE $3::boolean AND r.list_id = $2 AND r.to_version IS NULL
            AND NOT EXISTS (SELECT FROM staged_records s WHERE s.import_id = $1 AND s.record_id = r.record_id)
    ) AS d
) AS ranked
WHERE place <= $4
ORDER BY change, record_id
