-- When an entry was written, by the database's clock: `claviger dead-keys --since` reads the newer ones. Entries of before
-- have the time of this change. A program that knows no such column leaves it to the DEFAULT.
ALTER TABLE {schema}.dead_keys
    ADD COLUMN recorded_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    ADD KEY dead_keys_recorded (recorded_at)
