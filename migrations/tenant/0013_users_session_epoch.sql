-- How often all sessions of the user have been ended. A session holds only while it has the same number, so that one row
-- ends any number of sessions. 0: never.
ALTER TABLE {schema}.users ADD COLUMN session_epoch BIGINT NOT NULL DEFAULT 0
