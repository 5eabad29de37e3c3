-- Every key that dies wrote an entry, which imports alone have read: they read the tenant's dead keys once, whole.
ALTER TABLE {schema}.dead_keys DROP KEY dead_keys_key
