-- Has a row once `claviger pepper seal` has run: new passwords are sealed with a key derived from the pepper.
CREATE TABLE IF NOT EXISTS {schema}.password_sealing (
    id        TINYINT     NOT NULL PRIMARY KEY CHECK (id = 1),
    turned_on DATETIME(6) NOT NULL
)
