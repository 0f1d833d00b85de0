-- name: add
-- A new list; no row where its id is taken.
INSERT INTO watchlists (list_id, kind, title, authority, legal_basis, severity, threshold_bits, created_at, created_by, four_eyes,
    false_alerts_per_1000)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (list_id) DO NOTHING
RETURNING list_id;

-- name: change
-- The list's own fields; the caller has published the version that says so.
UPDATE watchlists
SET title = $2, authority = $3, legal_basis = $4, severity = $5, threshold_bits = $6, false_alerts_per_1000 = $7, four_eyes = $8,
    settings_version = settings_version + 1
WHERE list_id = $1;

-- name: all
-- Every list with the newest publication of it and the number of its current records, from what each publication said of itself:
-- a hundred million are not counted for every look. $1: one list only, or NULL.
SELECT w.*, v.version AS list_version, v.at AS published_at,
       (SELECT coalesce(sum((c.summary ->> 'added')::bigint - (c.summary ->> 'removed')::bigint), 0)::bigint
        FROM list_versions c WHERE c.list_id = w.list_id) AS record_count
FROM watchlists w
LEFT JOIN LATERAL (
    SELECT version, at FROM list_versions WHERE list_id = w.list_id ORDER BY version DESC LIMIT 1
) v ON true
WHERE $1::text IS NULL OR w.list_id = $1
ORDER BY w.list_id;

-- name: record
-- The current version of one record.
SELECT record_id, record_version, from_version, body
FROM records
WHERE list_id = $1 AND record_id = $2 AND to_version IS NULL;

-- name: page
-- Current records of a list behind $2, in the order of their ids.
SELECT record_id, record_version, from_version, body
FROM records
WHERE list_id = $1 AND record_id > $2 AND to_version IS NULL
ORDER BY record_id
LIMIT $3;
