-- How often a key was used, and who used it last: the client's address, and what the program calls itself (the printable
-- ASCII of its User-Agent; empty where it says nothing or nobody has used the key). What verify gathers, it adds here.
ALTER TABLE {schema}.api_keys
    ADD COLUMN use_count         BIGINT         NOT NULL DEFAULT 0,
    ADD COLUMN last_used_address VARCHAR(64)    NOT NULL DEFAULT '',
    ADD COLUMN last_user_agent   VARBINARY(200) NOT NULL DEFAULT ''
