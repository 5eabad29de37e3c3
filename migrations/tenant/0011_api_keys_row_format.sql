-- In this format a column of fixed length takes its place while it is NULL, so a key that dies is changed where it is. In
-- the others its row grows, has to move when its page is full, and is lost with the move where the disk is full as well
-- (btr_cur_pessimistic_update of MariaDB 10.11 deletes it first and then finds no page).
ALTER TABLE {schema}.api_keys ROW_FORMAT=REDUNDANT
