-- The hashes of all keys that have died, never deleted: no import and no restored backup of a tenant revives one.
CREATE TABLE IF NOT EXISTS {schema}.dead_keys (
    tenant_id BINARY(16)  NOT NULL,
    key_hash  BINARY(32)  NOT NULL,
    died_at   DATETIME(6) NOT NULL,
    PRIMARY KEY (tenant_id, key_hash)
)
