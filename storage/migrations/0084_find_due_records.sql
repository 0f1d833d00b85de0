-- Records that are to be reviewed, or run out, some day: of a long list of documents few or none, and all the others are not looked at.
CREATE INDEX records_due ON records (list_id, record_id)
    WHERE to_version IS NULL AND (body ->> 'review_at' IS NOT NULL OR body ->> 'expires_at' IS NOT NULL);
