-- How often the parts of names are carried by listed persons, as counted at some version of the lists: what scores are worked out
-- with, by digest, so that any of them can be worked out again. The newest of a model is in force.
CREATE TABLE rarities (
    digest        text PRIMARY KEY,
    number        bigint GENERATED ALWAYS AS IDENTITY,
    model_version text        NOT NULL,
    list_version  bigint      NOT NULL,            -- of the lists that were counted
    people        bigint      NOT NULL,            -- how many persons were counted
    body          bytea       NOT NULL,            -- screening.rarity.Rarity.to_bytes
    counted_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX rarities_by_model ON rarities (model_version, number DESC);
