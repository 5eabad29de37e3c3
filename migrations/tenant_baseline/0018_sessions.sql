-- Signed-in browsers, found by the hash of their token. Ended sessions stay, with the time of their end.
-- sessions_open finds a user's open sessions without the ended and the expired ones, sessions_expiry serves `prune`.
CREATE TABLE IF NOT EXISTS {schema}.sessions (
    token_hash    BINARY(32)  NOT NULL PRIMARY KEY,
    user_id       BINARY(16)  NOT NULL,
    created_at    DATETIME(6) NOT NULL,
    last_seen_at  DATETIME(6) NOT NULL,
    expires_at    DATETIME(6) NOT NULL,
    ended_at      DATETIME(6) NULL,
    session_epoch BIGINT      NOT NULL DEFAULT 0,
    KEY sessions_open (user_id, ended_at, expires_at),
    KEY sessions_expiry (expires_at)
)
