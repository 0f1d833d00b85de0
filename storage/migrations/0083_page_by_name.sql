-- Bases are built of records with a name, and, apart from them, of the records without one that are newer than the documents that
-- stand already: each way of reading has an index in the order of its pages, however many records of the other kind there are.
CREATE INDEX records_with_names ON records (list_id, record_id) INCLUDE (from_version, to_version) WHERE body -> 'names' <> '[]'::jsonb;
DROP INDEX records_of_people;
CREATE INDEX records_by_version_and_key ON records (from_version, list_id, record_id);
DROP INDEX records_by_version;
