-- Protection referrals.

-- name: save
-- A new card, or the next version of one.
INSERT INTO referrals (referral_id, version, port, kind, state, escalation, opened_at, next_escalation_at, purge_at, outcome, body)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::jsonb)
ON CONFLICT (referral_id) DO UPDATE
SET version = excluded.version, state = excluded.state, escalation = excluded.escalation,
    next_escalation_at = excluded.next_escalation_at, outcome = excluded.outcome, body = excluded.body
WHERE referrals.version < excluded.version

-- name: load
SELECT body FROM referrals WHERE referral_id = $1

-- name: load_for_update
SELECT body FROM referrals WHERE referral_id = $1 FOR UPDATE

-- name: page
-- The newest first; $1 port, $2 states, $3 kind, $4 escalations (NULL = any); behind a place ($5, $6), at most $7.
SELECT body FROM referrals
WHERE ($1::text IS NULL OR port = $1)
  AND ($2::text[] IS NULL OR state = ANY ($2))
  AND ($3::text IS NULL OR kind = $3)
  AND ($4::smallint[] IS NULL OR escalation = ANY ($4))
  AND ($5::timestamptz IS NULL OR (opened_at, referral_id) < ($5, $6::text))
ORDER BY opened_at DESC, referral_id DESC
LIMIT $7

-- name: count_open
SELECT count(*) FROM referrals WHERE port = $1 AND state <> 'closed'

-- name: take_due
SELECT body FROM referrals
WHERE next_escalation_at <= $1
ORDER BY next_escalation_at, referral_id
LIMIT $2
FOR UPDATE SKIP LOCKED

-- name: grant_scope
INSERT INTO protection_scope (person, granted_at, granted_by) VALUES ($1, $2, $3) ON CONFLICT (person) DO NOTHING RETURNING person

-- name: take_scope
DELETE FROM protection_scope WHERE person = $1 RETURNING person

-- name: has_scope
SELECT EXISTS (SELECT FROM protection_scope WHERE person = $1)

-- name: list_scope
SELECT person, granted_at, granted_by FROM protection_scope ORDER BY person
