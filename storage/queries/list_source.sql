-- Lists for the screeners.

-- name: newest_version
SELECT coalesce(max(version), 0) FROM list_versions

-- name: list_watchlists
SELECT list_id, kind, title, authority, legal_basis, severity, threshold_bits FROM watchlists ORDER BY list_id

-- name: list_current_records
SELECT list_id, record_version, from_version, body FROM records WHERE to_version IS NULL ORDER BY list_id, record_id
