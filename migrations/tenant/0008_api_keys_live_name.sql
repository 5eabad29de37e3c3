-- One index for the list, its count and the unique name, where there were two: each key that is made or ended writes one
-- less. The list's order is made by who reads it.
ALTER TABLE {schema}.api_keys
    DROP KEY api_keys_list,
    DROP KEY api_keys_live_name,
    ADD UNIQUE KEY api_keys_live_name (user_id, live, name)
