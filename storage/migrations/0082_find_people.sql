-- Which records have a name, and from which version to which they stand. A list of documents has millions of records without one;
-- rarity is counted of the others, and whoever builds an index asks how many they are.
CREATE INDEX records_of_people ON records (from_version, to_version) WHERE body -> 'names' <> '[]'::jsonb;
