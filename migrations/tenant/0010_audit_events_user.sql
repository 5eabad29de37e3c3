-- Nobody asks for one user's events on a request's path, and every change wrote an entry.
ALTER TABLE {schema}.audit_events DROP KEY audit_events_user
