-- An alert follows the times of its flight: whether they changed is asked of every message, without reading the alert itself.
ALTER TABLE alerts ADD COLUMN scheduled_departure timestamptz;
UPDATE alerts SET scheduled_departure = (body #>> '{flight,scheduled_departure}')::timestamptz
WHERE body #>> '{flight,scheduled_departure}' IS NOT NULL;
