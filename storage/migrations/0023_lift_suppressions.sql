-- A suppression can be lifted before its time, by a named person who says why. The row stays: who silenced what is not forgotten.

ALTER TABLE suppressions
    ADD COLUMN lifted_at          timestamptz,
    ADD COLUMN lifted_by          text,
    ADD COLUMN lifted_reason_code text,
    ADD CONSTRAINT suppression_has_reason CHECK (reason_code <> ''),
    ADD CONSTRAINT suppression_names_somebody CHECK (cardinality(fingerprints) > 0),
    ADD CONSTRAINT suppression_lifted_by_somebody CHECK (
        (lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lifted_reason_code IS NULL));
CREATE INDEX suppressions_by_creation ON suppressions (created_at DESC, suppression_id);
CREATE INDEX suppressions_by_record ON suppressions (list_id, record_id);
