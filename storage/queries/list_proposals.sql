-- Changes of lists that wait for a second person, and what was changed when, by whom and why.

-- name: propose
INSERT INTO list_proposals (proposal_id, list_id, replace, note, summary, proposed_at, proposed_by, settings)
VALUES ($1, $2, $3, $4, $5::text::jsonb, $6, $7, $8::text::jsonb)

-- name: keep_records
INSERT INTO proposed_records (proposal_id, record_id, row_number, body_sha256, body)
SELECT $1, record_id, row_number, body_sha256, body FROM staged_records WHERE import_id = $1

-- name: stage_again
-- What was proposed becomes a staged import again, under the proposal's id.
INSERT INTO staged_records (import_id, record_id, row_number, body_sha256, body, staged_at)
SELECT proposal_id, record_id, row_number, body_sha256, body, $2 FROM proposed_records WHERE proposal_id = $1

-- name: count_staged
SELECT count(*)
FROM staged_records WHERE import_id = $1

-- name: drop_records
DELETE FROM proposed_records WHERE proposal_id = $1

-- name: lock
SELECT * FROM list_proposals WHERE proposal_id = $1 FOR UPDATE

-- name: decide
UPDATE list_proposals
SET state = $2, decided_at = $3, decided_by = $4, decision_note = $5, list_version = $6
WHERE proposal_id = $1 AND state = 'open'

-- name: list
-- Proposals of a list, or of all ($1 NULL); $2: in this state, or NULL. The newest first.
SELECT * FROM list_proposals
WHERE ($1::text IS NULL OR list_id = $1) AND ($2::text IS NULL OR state = $2)
ORDER BY proposed_at DESC, proposal_id
LIMIT $3

-- name: versions
-- Publications of a list older than $2 (NULL: from the newest), with who, when and why.
SELECT version, at, by, approved_by, note, summary, settings
FROM list_versions
WHERE list_id = $1 AND ($2::bigint IS NULL OR version < $2)
ORDER BY version DESC
LIMIT $3

-- name: version_exists
SELECT EXISTS (SELECT FROM list_versions WHERE list_id = $1 AND version = $2)

-- name: changes
-- What one publication did to each record behind the id $3: the versions before and after it.
SELECT coalesce(o.record_id, n.record_id) AS record_id,
    o.record_version AS before_version, o.body AS before, n.record_version AS after_version, n.body AS after
FROM (SELECT * FROM records WHERE list_id = $1 AND to_version = $2) AS o
FULL JOIN (SELECT * FROM records WHERE list_id = $1 AND from_version = $2) AS n ON n.record_id = o.record_id
WHERE coalesce(o.record_id, n.record_id) > $3
ORDER BY 1
LIMIT $4

-- name: due
-- Current records of a list that are to be reviewed, or run out, on or before the day $2; behind the id $3.
SELECT record_id, record_version, body ->> 'review_at' AS review_at, body ->> 'expires_at' AS expires_at
FROM records
WHERE list_id = $1 AND to_version IS NULL AND record_id > $3
    AND (body ->> 'review_at' IS NOT NULL OR body ->> 'expires_at' IS NOT NULL)
    AND ((body ->> 'review_at')::date <= $2 OR (body ->> 'expires_at')::date <= $2)
ORDER BY record_id
LIMIT $4
