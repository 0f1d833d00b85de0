-- What row security this database was last given (storage.row_security), so that a start that changes nothing locks nothing.
CREATE TABLE row_security (
    digest     bytea       NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
