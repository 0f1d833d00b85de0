-- Persons of the identity provider who were seen.

-- name: find_seen
SELECT role, last_seen_at FROM seen_persons WHERE person = $1

-- name: note_seen
INSERT INTO seen_persons (person, role, last_seen_at) VALUES ($1, $2, $3)
ON CONFLICT (person) DO UPDATE SET role = excluded.role, last_seen_at = greatest(seen_persons.last_seen_at, excluded.last_seen_at)
