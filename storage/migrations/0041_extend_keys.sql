-- Keys of several ports, keys whose secret is being replaced, keys that belong to a client certificate, and when a key was last used.

ALTER TABLE api_keys
    ADD COLUMN ports                  text[],       -- NULL: any port (sandbox), or a role that has none
    ADD COLUMN previous_secret_sha256 bytea,        -- of the secret before the last rotation
    ADD COLUMN previous_until         timestamptz,  -- until then it counts too
    ADD COLUMN rotated_at             timestamptz,
    ADD COLUMN last_used_at           timestamptz,  -- to the minute
    ADD COLUMN certificate_sha256     bytea,        -- of the client certificate without which the key is worth nothing
    ADD CONSTRAINT two_secrets CHECK ((previous_secret_sha256 IS NULL) = (previous_until IS NULL));
UPDATE api_keys SET ports = ARRAY[port] WHERE port IS NOT NULL;
ALTER TABLE api_keys DROP COLUMN port;
CREATE UNIQUE INDEX api_keys_by_certificate ON api_keys (certificate_sha256) WHERE revoked_at IS NULL;
