-- How much each key may still ask for, for all processes together. Unlogged: after a crash everybody begins with a full bucket, and
-- a lease costs no write to the log.
CREATE UNLOGGED TABLE rate_buckets (
    key_id  text             PRIMARY KEY,
    tokens  double precision NOT NULL,
    granted integer          NOT NULL,           -- by the last lease
    at      timestamptz      NOT NULL
);
