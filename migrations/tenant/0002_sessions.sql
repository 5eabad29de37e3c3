-- Signed-in browsers, found by the hash of their token. Ended sessions stay, with the time of their end.
CREATE TABLE IF NOT EXISTS {schema}.sessions (
    token_hash   BINARY(32)  NOT NULL PRIMARY KEY,
    user_id      BINARY(16)  NOT NULL,
    created_at   DATETIME(6) NOT NULL,
    last_seen_at DATETIME(6) NOT NULL,
    expires_at   DATETIME(6) NOT NULL,
    ended_at     DATETIME(6) NULL,
    KEY sessions_user (user_id)
)
