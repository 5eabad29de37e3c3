-- In this format a column of fixed length takes its place while it is NULL, so a key that dies is changed where it is. In
-- the others its row grows, has to move when its page is full, and is lost with the move where the disk is full as well
-- (MariaDB 10.11.19; it looks as if btr_cur_pessimistic_update deletes it first and then finds no page).
ALTER TABLE {schema}.api_keys ROW_FORMAT=REDUNDANT
