-- Whether the workers of the host can open sealed passwords. Those of before this change cannot, and write nothing here.
ALTER TABLE {schema}.nodes
    ADD COLUMN opens_seals TINYINT NOT NULL DEFAULT 0
