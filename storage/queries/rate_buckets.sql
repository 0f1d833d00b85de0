-- Token buckets that several processes share. One row a key: their number is that of keys and people.

-- name: lease
-- Up to $2 tokens of key $1's bucket, which fills with $3 a second up to $4. Whoever comes at the same time waits for the row.
INSERT INTO rate_buckets AS b (key_id, tokens, granted, at)
VALUES ($1, $4::double precision - $2::integer, $2, statement_timestamp())
ON CONFLICT (key_id) DO UPDATE
SET granted = least($2::integer, floor(least($4, b.tokens + $3::double precision
        * greatest(0, extract(epoch FROM statement_timestamp() - b.at)::double precision)))::integer),
    tokens = least($4, b.tokens + $3 * greatest(0, extract(epoch FROM statement_timestamp() - b.at)::double precision))
        - least($2, floor(least($4, b.tokens + $3
        * greatest(0, extract(epoch FROM statement_timestamp() - b.at)::double precision)))::integer),
    at = greatest(b.at, statement_timestamp())
RETURNING granted, tokens
