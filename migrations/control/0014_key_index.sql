-- The keys that verify has found, of all tenants in one table, so that it finds each again by one query. A row may be
-- used only while the three epochs are those of its shards (domain/fence/README.md), and until a moment by the database's
-- clock. A row that is missing or out of date costs one query of the tenant's own table.
CREATE TABLE IF NOT EXISTS {schema}.key_index (
    tenant_id      BINARY(16)  NOT NULL,
    key_id         BINARY(16)  NOT NULL,
    key_hash       BINARY(32)  NOT NULL,
    user_id        BINARY(16)  NOT NULL,
    pepper_version INT         NOT NULL,
    key_shard      INT         NOT NULL,
    key_epoch      BIGINT      NOT NULL,
    user_shard     INT         NOT NULL,
    user_epoch     BIGINT      NOT NULL,
    tenant_shard   INT         NOT NULL,
    tenant_epoch   BIGINT      NOT NULL,
    usable_until   DATETIME(6) NOT NULL,
    PRIMARY KEY (tenant_id, key_id),
    UNIQUE KEY key_index_hash (key_hash)
)
