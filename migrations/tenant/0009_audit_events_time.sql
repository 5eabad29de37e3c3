-- The ids begin with the time, so the primary key has the same order.
ALTER TABLE {schema}.audit_events DROP KEY audit_events_time
