-- The first index finds a user's open sessions without a look at the ended and the expired ones. It also serves each
-- statement that used the index before. The second finds the sessions that `claviger prune` deletes.
ALTER TABLE {schema}.sessions
    DROP KEY sessions_user,
    ADD KEY sessions_open (user_id, ended_at, expires_at),
    ADD KEY sessions_expiry (expires_at)
