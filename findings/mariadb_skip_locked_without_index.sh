#!/bin/sh
# MariaDB 10.11.19: two workers take jobs by `SELECT … ORDER BY due LIMIT 3 FOR UPDATE SKIP LOCKED`. Without an index on
# the column `due` the second worker gets no row, although the first holds three of a hundred. READ COMMITTED makes no
# difference, although one would expect it to release the locks of rows that are not returned. With the index the second
# worker gets the next three rows.
set -eu

folder=$(mktemp -d)
trap '[ ! -f "$folder/pid" ] || kill "$(cat "$folder/pid")"; rm -rf -- "$folder"' EXIT
version=1:10.11.19-0+deb12u1
for package in mariadb-server-core=$version mariadb-client-core=$version libmariadb3=$version liburing2=2.3-3 libaio1; do
    (cd "$folder" && apt-get download -qq -o APT::Sandbox::User=root "$package") || { echo "$package is not in the archive any more" >&2; exit 1; }
done
for file in "$folder"/*.deb; do dpkg-deb --extract "$file" "$folder/root"; done
export LD_LIBRARY_PATH="$(echo "$folder"/root/usr/lib/*-linux-gnu):$(echo "$folder"/root/lib/*-linux-gnu)"
usr=$folder/root/usr

server() { "$usr/sbin/mariadbd" --no-defaults --datadir="$folder/data" --lc-messages-dir="$usr/share/mysql" --user="$(id -un)" "$@"; }
mkdir "$folder/data" "$folder/data/mysql"
{ echo 'USE mysql;'; cat "$usr/share/mysql/mysql_system_tables.sql" "$usr/share/mysql/mysql_performance_tables.sql"; } |
    server --bootstrap --innodb-log-file-size=16M >"$folder/bootstrap.log" 2>&1
server --skip-networking --skip-grant-tables --socket="$folder/socket" --pid-file="$folder/pid" --innodb-log-file-size=16M \
    --log-error="$folder/error.log" &
sql() { "$usr/bin/mariadb" --no-defaults --socket="$folder/socket" --skip-column-names "$@"; }
for _ in $(seq 100); do sql -e 'SELECT 1' >/dev/null 2>&1 && break || sleep 0.2; done

sql -e 'CREATE SCHEMA jobs; USE jobs;
    CREATE TABLE plain (id INT PRIMARY KEY, due INT NOT NULL) ENGINE=InnoDB;
    INSERT INTO plain SELECT seq, seq FROM seq_1_to_100;
    CREATE TABLE indexed LIKE plain; ALTER TABLE indexed ADD KEY (due); INSERT INTO indexed SELECT * FROM plain;'

take() { # TABLE ISOLATION: how many rows the second of two workers gets
    claim="SET SESSION TRANSACTION ISOLATION LEVEL $2; START TRANSACTION; SELECT id FROM jobs.$1 ORDER BY due LIMIT 3 FOR UPDATE SKIP LOCKED;"
    mkfifo "$folder/first"
    sql --unbuffered <"$folder/first" >"$folder/taken" &
    first=$!
    exec 3>"$folder/first"
    echo "$claim" >&3
    for _ in $(seq 100); do [ "$(wc -l <"$folder/taken")" = 3 ] && break || sleep 0.1; done
    sql -e "$claim ROLLBACK;" | wc -l
    exec 3>&-
    wait "$first"
    rm "$folder/first"
}
for isolation in 'REPEATABLE READ' 'READ COMMITTED'; do
    for table in plain indexed; do echo "$isolation, table $table: the second worker gets $(take $table "$isolation") rows"; done
done >"$folder/seen"

echo "MariaDB $version"
cat "$folder/seen"
cat >"$folder/described" <<'SEEN'
REPEATABLE READ, table plain: the second worker gets 0 rows
REPEATABLE READ, table indexed: the second worker gets 3 rows
READ COMMITTED, table plain: the second worker gets 0 rows
READ COMMITTED, table indexed: the second worker gets 3 rows
SEEN
cmp -s "$folder/described" "$folder/seen" || { echo "The behaviour has changed." >&2; exit 1; }
