-- Finds the devices that `claviger prune` deletes.
ALTER TABLE {schema}.known_devices ADD KEY known_devices_seen (last_seen_at)
