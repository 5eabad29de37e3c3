-- API keys, the dead ones too: rows are never deleted. `live` is 1, and NULL once the key is dead; since a unique
-- index lets NULLs repeat, dead keys never block a name, and two live keys of one user never share one.
-- name holds UTF-8 bytes: compared exactly, and unpadded on every engine. once_hash belongs to the form that asked
-- for the key, so that the form works once. The index api_keys_list serves the list (newest first) and its count.
CREATE TABLE IF NOT EXISTS {schema}.api_keys (
    id             BINARY(16)     NOT NULL PRIMARY KEY,
    user_id        BINARY(16)     NOT NULL,
    name           VARBINARY(400) NOT NULL,
    lineage_id     BINARY(16)     NOT NULL,
    generation     INT            NOT NULL,
    key_hash       BINARY(32)     NOT NULL,
    pepper_version INT            NOT NULL,
    key_prefix     VARCHAR(12)    NOT NULL,
    once_hash      BINARY(32)     NULL,
    created_at     DATETIME(6)    NOT NULL,
    last_used_at   DATETIME(6)    NULL,
    deleted_at     DATETIME(6)    NULL,
    live           TINYINT        GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL THEN 1 END) STORED,
    UNIQUE KEY api_keys_live_name (user_id, name, live),
    UNIQUE KEY api_keys_hash (key_hash),
    UNIQUE KEY api_keys_once (once_hash),
    KEY api_keys_list (user_id, live, created_at, id)
)
