-- What is left of a user's budget of creates and regenerates (limits.changes): the moment at which it is whole again.
-- A user without a row has the whole budget. The moment is written in the transaction of the change.
CREATE TABLE IF NOT EXISTS {schema}.key_changes (
    user_id  BINARY(16)  NOT NULL PRIMARY KEY,
    whole_at DATETIME(6) NOT NULL COMMENT 'UTC; past: the whole budget is there'
)
