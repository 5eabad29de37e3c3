-- A user has at most 10 known devices from here on: the least recently used ones go. Run again, it finds none.
DELETE {schema}.known_devices FROM {schema}.known_devices JOIN (
    SELECT user_id AS owner, device_hash AS device,
           ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY last_seen_at DESC, device_hash) AS place
    FROM {schema}.known_devices
) ranked ON ranked.owner = user_id AND ranked.device = device_hash
WHERE ranked.place > 10
