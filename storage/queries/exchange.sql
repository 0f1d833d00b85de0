-- Partners, agreements, and what went to and fro.

-- name: add_partner
INSERT INTO exchange_partners (partner_id, name, country, public_key, created_by, created_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING
RETURNING partner_id

-- name: partners
SELECT * FROM exchange_partners ORDER BY created_at, partner_id

-- name: add_agreement
INSERT INTO exchange_agreements
    (agreement_id, partner_id, reference, purpose, legal_basis, directions, shares, lists, expires_at, created_by, created_at)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11
WHERE EXISTS (SELECT FROM exchange_partners WHERE partner_id = $2)
ON CONFLICT (partner_id, reference) WHERE state <> 'ended' DO NOTHING
RETURNING agreement_id

-- name: agreements
SELECT a.*, p.public_key FROM exchange_agreements a JOIN exchange_partners p USING (partner_id)
ORDER BY a.created_at, a.agreement_id

-- name: agreement
SELECT a.*, p.public_key FROM exchange_agreements a JOIN exchange_partners p USING (partner_id) WHERE agreement_id = $1

-- name: agreement_by_reference
SELECT a.*, p.public_key FROM exchange_agreements a JOIN exchange_partners p USING (partner_id)
WHERE a.partner_id = $1 AND a.reference = $2 AND a.state = 'active'

-- name: approve_agreement
UPDATE exchange_agreements SET state = 'active', approved_by = $2, approved_at = $3
WHERE agreement_id = $1 AND state = 'proposed'
RETURNING agreement_id

-- name: end_agreement
UPDATE exchange_agreements SET state = 'ended' WHERE agreement_id = $1 AND state <> 'ended' RETURNING agreement_id

-- name: add_transfer
INSERT INTO exchange_transfers (transfer_id, agreement_id, partner_id, direction, kind, message_id, state, reason, content,
    document, requested_by, requested_at, forget_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11, $12, $13)
ON CONFLICT (partner_id, direction, message_id) DO NOTHING
RETURNING transfer_id

-- name: transfer
SELECT * FROM exchange_transfers WHERE transfer_id = $1 FOR UPDATE

-- name: transfers
SELECT * FROM exchange_transfers
WHERE ($1::text IS NULL OR direction = $1) AND ($2::timestamptz IS NULL OR (requested_at, transfer_id) > ($2, $3::text))
ORDER BY requested_at, transfer_id
LIMIT $4

-- name: decide
UPDATE exchange_transfers SET state = $3, decided_by = $4, decided_at = $5, document = coalesce($6, document)
WHERE transfer_id = $1 AND state = $2
RETURNING transfer_id

-- name: second
UPDATE exchange_transfers SET state = 'seconded', first_by = $2, list_id = $3
WHERE transfer_id = $1 AND state = 'received'
RETURNING transfer_id
