-- What every host must know: how often the standing of anybody in a slot has changed. Raised in the transaction that
-- changes it (domain/fence/README.md).
CREATE TABLE IF NOT EXISTS {schema}.revocation_epochs (
    slot  INT    NOT NULL PRIMARY KEY,
    epoch BIGINT NOT NULL
)
