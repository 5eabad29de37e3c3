-- The people of the tenant. E-mails are stored in lower case and compared byte by byte (the schema's utf8mb4_bin).
-- password_hash is libsodium's argon2id string, or its sealed form. A session holds while its session_epoch is its user's.
CREATE TABLE IF NOT EXISTS {schema}.users (
    id            BINARY(16)     NOT NULL PRIMARY KEY,
    email         VARCHAR(254)   NOT NULL,
    name          VARBINARY(400) NOT NULL,
    status        VARCHAR(16)    NOT NULL,
    password_hash VARCHAR(255)   NOT NULL,
    created_at    DATETIME(6)    NOT NULL,
    session_epoch BIGINT         NOT NULL DEFAULT 0,
    UNIQUE KEY users_email (email)
)
