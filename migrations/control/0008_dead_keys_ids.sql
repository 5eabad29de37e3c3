-- A key that has moved to another pepper since an export was written has another hash there: it is known by its id as
-- well. NULL for the keys that died before this.
ALTER TABLE {schema}.dead_keys
    ADD COLUMN key_id BINARY(16) NULL,
    ADD KEY dead_keys_key (tenant_id, key_id)
