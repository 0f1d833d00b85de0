-- A version of the lists is published, and then in force: screeners use it from then on. A small publication is in force at once,
-- in its own transaction; a large one when an index of it has been built somewhere, so that no screener ever stands still for it.
ALTER TABLE list_versions ADD COLUMN in_force_at timestamptz DEFAULT clock_timestamp();
CREATE INDEX list_versions_waiting ON list_versions (version) WHERE in_force_at IS NULL;

-- "What has changed since version n" asks for records by their last version too.
CREATE INDEX records_by_end ON records (to_version) WHERE to_version IS NOT NULL;
