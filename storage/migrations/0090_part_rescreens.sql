-- Re-screens have partitions of their own, 16 further on: a list change sends every live manifest again, and a new manifest does
-- not wait behind them. Readers of the outbox go on where they are, in both.
ALTER TABLE manifest_outbox DROP COLUMN partition;
ALTER TABLE manifest_outbox ADD COLUMN partition smallint GENERATED ALWAYS AS (
    ((hashtextextended(flight_key, 0) & 15) + CASE occasion WHEN 'rescreen' THEN 16 ELSE 0 END)::smallint) STORED;
CREATE INDEX manifest_outbox_by_partition ON manifest_outbox (partition, transaction_id, position);

INSERT INTO stream_progress (reader, partition, major, minor)
SELECT reader, partition + 16, major, minor FROM stream_progress WHERE reader = 'screener:outbox' AND partition < 16
ON CONFLICT DO NOTHING;
