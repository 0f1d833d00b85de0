-- The other records an alert stands on (the same person on other lists): [list_id, record_id, record_version] each.
ALTER TABLE alerts ADD COLUMN other_records jsonb NOT NULL DEFAULT '[]';
