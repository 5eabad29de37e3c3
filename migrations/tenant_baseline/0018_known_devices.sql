-- Browsers that have signed in to an account before: they have a budget of failures of their own.
CREATE TABLE IF NOT EXISTS {schema}.known_devices (
    user_id       BINARY(16)  NOT NULL,
    device_hash   BINARY(32)  NOT NULL,
    first_seen_at DATETIME(6) NOT NULL,
    last_seen_at  DATETIME(6) NOT NULL,
    PRIMARY KEY (user_id, device_hash),
    KEY known_devices_seen (last_seen_at)
)
