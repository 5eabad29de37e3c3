-- What happened, written in the transaction of what happened. Ids only: no names, no secrets, nothing typed.
CREATE TABLE IF NOT EXISTS {schema}.audit_events (
    id          BINARY(16)  NOT NULL PRIMARY KEY,
    happened_at DATETIME(6) NOT NULL,
    action      VARCHAR(32) NOT NULL,
    user_id     BINARY(16)  NULL,
    key_id      BINARY(16)  NULL,
    request_id  VARCHAR(64) NOT NULL,
    address     VARCHAR(64) NOT NULL
)
