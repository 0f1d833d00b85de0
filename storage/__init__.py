"""Everything that remembers: PostgreSQL, the outbox, Kafka, and in-memory adapters of every port."""
