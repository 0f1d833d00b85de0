-- name: verdicts
-- What people found of a list's alerts that were decided in [$2, $3), NULL = open: one row.
SELECT count(*) FILTER (WHERE state = 'no_match') AS no_match,
       count(*) FILTER (WHERE outcome = 'right_person') AS right_person,
       count(*) FILTER (WHERE outcome = 'wrong_person') AS wrong_person,
       count(*) FILTER (WHERE outcome = 'not_found') AS not_found,
       count(*) FILTER (WHERE outcome = 'not_travelled') AS not_travelled,
       count(*) FILTER (WHERE outcome = 'referred') AS referred,
       count(*) FILTER (WHERE outcome = 'protection_referral') AS protection_referral
FROM alerts
WHERE list_id = $1 AND decided_at IS NOT NULL
  AND ($2::timestamptz IS NULL OR decided_at >= $2) AND ($3::timestamptz IS NULL OR decided_at < $3)
