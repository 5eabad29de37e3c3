-- How often each shard of lists of keys has changed (domain/fence/README.md). A table beside revocation_epochs, since
-- pollers of earlier releases accept no more rows there.
CREATE TABLE IF NOT EXISTS {schema}.list_epochs (
    slot  INT    NOT NULL PRIMARY KEY,
    epoch BIGINT NOT NULL
)
