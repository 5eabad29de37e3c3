-- API keys, the dead ones too: rows are never deleted. `live` is 1, and NULL once the key is dead. A unique index lets
-- NULLs repeat, so dead keys never block a name, and two live keys of one user never share one.
-- The row format: a column of fixed length takes its place while it is NULL, so that a dying key never moves
-- (migrations/tenant/0011_api_keys_row_format.sql). disabled_by is who disabled the key: 1 is its owner, 2 an operator.
CREATE TABLE IF NOT EXISTS {schema}.api_keys (
    id                BINARY(16)     NOT NULL PRIMARY KEY,
    user_id           BINARY(16)     NOT NULL,
    name              VARBINARY(400) NOT NULL,
    lineage_id        BINARY(16)     NOT NULL,
    generation        INT            NOT NULL,
    key_hash          BINARY(32)     NOT NULL,
    pepper_version    INT            NOT NULL,
    key_prefix        VARCHAR(12)    NOT NULL,
    once_hash         BINARY(32)     NULL,
    created_at        DATETIME(6)    NOT NULL,
    last_used_at      DATETIME(6)    NULL,
    deleted_at        DATETIME(6)    NULL,
    live              TINYINT        GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL THEN 1 END) STORED,
    use_count         BIGINT         NOT NULL DEFAULT 0,
    last_used_address VARCHAR(64)    NOT NULL DEFAULT '',
    last_user_agent   VARBINARY(200) NOT NULL DEFAULT '',
    expires_at        DATETIME(6)    NULL,
    disabled_at       DATETIME(6)    NULL,
    disabled_by       TINYINT        NULL,
    UNIQUE KEY api_keys_hash (key_hash),
    UNIQUE KEY api_keys_once (once_hash),
    UNIQUE KEY api_keys_live_name (user_id, live, name)
) ROW_FORMAT=REDUNDANT
