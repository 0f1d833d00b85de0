-- Lists for the screeners. A record's row never changes but for its end, so that "the records as of version n" are the same
-- whenever they are asked for: they are read in pages, without a transaction that stays open.

-- name: newest_version
SELECT coalesce(max(version), 0) FROM list_versions WHERE in_force_at IS NOT NULL

-- name: published_version
SELECT coalesce(max(version), 0) FROM list_versions

-- name: list_watchlists
SELECT list_id, kind, title, authority, legal_basis, severity, threshold_bits, false_alerts_per_1000 FROM watchlists ORDER BY list_id

-- name: page_records
-- Records as of version $1 behind (list_id $2, record_id $3), in the order of the lists.
SELECT list_id, record_id, record_version, from_version, body
FROM records
WHERE (list_id, record_id) > ($2, $3) AND from_version <= $1 AND (to_version IS NULL OR to_version > $1)
ORDER BY list_id, record_id
LIMIT $4

-- name: count_people
-- Records with a name, from an index of them: a hundred million listed documents are not looked at.
SELECT count(*)
FROM records
WHERE from_version <= $1 AND (to_version IS NULL OR to_version > $1) AND body -> 'names' <> '[]'::jsonb

-- name: page_named
-- Of these, the ones with a name.
SELECT list_id, record_id, record_version, from_version, body
FROM records
WHERE (list_id, record_id) > ($2, $3) AND from_version <= $1 AND (to_version IS NULL OR to_version > $1)
  AND body -> 'names' <> '[]'::jsonb
ORDER BY list_id, record_id
LIMIT $4

-- name: page_unnamed
-- The ones without a name, in the order in which they came: behind (from_version $2, list_id $3, record_id $4).
SELECT list_id, record_id, record_version, from_version, body
FROM records
WHERE (from_version, list_id, record_id) > ($2, $3, $4) AND from_version <= $1 AND (to_version IS NULL OR to_version > $1)
  AND body -> 'names' = '[]'::jsonb
ORDER BY from_version, list_id, record_id
LIMIT $5

-- name: unnamed_ended
-- Records without a name as they were at version $1, and are no more at version $2.
SELECT list_id, record_id
FROM records
WHERE from_version <= $1 AND to_version > $1 AND to_version <= $2 AND body -> 'names' = '[]'::jsonb
ORDER BY list_id, record_id
LIMIT $3

-- name: changed_between
-- How many records the versions after $1, up to $2, have added, changed or removed, as they say themselves.
SELECT coalesce(sum(
    coalesce((summary ->> 'added')::bigint, 0) + coalesce((summary ->> 'changed')::bigint, 0)
    + coalesce((summary ->> 'removed')::bigint, 0)), 0)::bigint
FROM list_versions
WHERE version > $1 AND version <= $2

-- name: list_sizes
SELECT list_id, sum(coalesce((summary ->> 'added')::bigint, 0) - coalesce((summary ->> 'removed')::bigint, 0))::bigint AS records
FROM list_versions
WHERE version <= $1 AND list_id IS NOT NULL
GROUP BY list_id

-- name: list_changed
-- Records that are new or otherwise at version $2 than they were at version $1.
SELECT list_id, record_id, record_version, from_version, body
FROM records
WHERE from_version > $1 AND from_version <= $2 AND (to_version IS NULL OR to_version > $2)
ORDER BY list_id, record_id
LIMIT $3

-- name: resets_between
-- Whether a version after $1, up to $2, changed what holds for whole lists, or how rare names are.
SELECT EXISTS (SELECT FROM list_versions WHERE resets AND version > $1 AND version <= $2)

-- name: recount_waits
-- Whether a recount is published and not in force yet: whoever builds counts, and publishes no other.
SELECT EXISTS (SELECT FROM list_versions WHERE list_id IS NULL AND in_force_at IS NULL)

-- name: list_removed
-- Records that were on a list at version $1, and are on none at version $2.
SELECT r.list_id, r.record_id
FROM records r
WHERE r.from_version <= $1 AND r.to_version > $1 AND r.to_version <= $2
  AND NOT EXISTS (
      SELECT FROM records n
      WHERE n.list_id = r.list_id AND n.record_id = r.record_id
        AND n.from_version <= $2 AND (n.to_version IS NULL OR n.to_version > $2))
ORDER BY r.list_id, r.record_id
LIMIT $3

-- name: record_version
-- One version of one record, current or not.
SELECT list_id, record_id, record_version, from_version, body
FROM records
WHERE list_id = $1 AND record_id = $2 AND record_version = $3

-- name: newest_rarity
SELECT digest, model_version, list_version, people, body FROM rarities WHERE model_version = $1 ORDER BY number DESC LIMIT 1

-- name: find_rarity
-- By the beginning of its digest.
SELECT digest, model_version, list_version, people, body FROM rarities WHERE starts_with(digest, $1) ORDER BY number LIMIT 1

-- name: keep_rarity
INSERT INTO rarities (digest, model_version, list_version, people, body) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
