-- When a key expires, and since when it is disabled. NULL in both: it never expires, and is not disabled. disabled_by is
-- who disabled it: 1 is the owner, 2 an operator.
-- FORCE copies the table, so that each row has room for the columns while they are NULL. Without it a key would grow when
-- it is disabled, and might be lost where the disk is full (0011_api_keys_row_format.sql).
ALTER TABLE {schema}.api_keys
    ADD COLUMN expires_at  DATETIME(6) NULL,
    ADD COLUMN disabled_at DATETIME(6) NULL,
    ADD COLUMN disabled_by TINYINT     NULL,
    FORCE
