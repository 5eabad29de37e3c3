-- The user's number at sign-in. 0: the session began before there was one.
ALTER TABLE {schema}.sessions ADD COLUMN session_epoch BIGINT NOT NULL DEFAULT 0
