-- The fingerprint of each pepper version, as the first workers had it that ran with that version. A host whose file
-- differs would refuse the keys of the other hosts.
CREATE TABLE IF NOT EXISTS {schema}.peppers (
    version     INT         NOT NULL PRIMARY KEY,
    fingerprint VARCHAR(16) NOT NULL,
    recorded_at DATETIME(6) NOT NULL
)
