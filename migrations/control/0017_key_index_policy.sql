-- The policy of the key, so that a key that verify finds here expires in time. policy_version is the number of the policy
-- that the writer knew: a row with another one is not used. A release that knows no policy leaves it 0.
ALTER TABLE {schema}.key_index
    ADD COLUMN expires_at     DATETIME(6) NULL,
    ADD COLUMN policy_version INT         NOT NULL DEFAULT 0
