#!/bin/sh
# MariaDB 10.11.19: an account with INSERT and UPDATE (seen) on a table may run `UPDATE t SET seen = 2 WHERE id = 1`.
# It may not run `INSERT INTO t (id, seen) … ON DUPLICATE KEY UPDATE seen = 3`. The error is 1143, "UPDATE command
# denied … for column 'id'". The statement changes only `seen`, so one would expect UPDATE on that column to suffice.
# The server requires UPDATE on the columns of the key that the INSERT names as well. An upsert thus opens the key
# itself to the account.
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
printf '%s;\n' "CREATE USER admin@localhost IDENTIFIED BY 'admin'" 'GRANT ALL ON *.* TO admin@localhost WITH GRANT OPTION' >"$folder/init.sql"
server --skip-networking --socket="$folder/socket" --pid-file="$folder/pid" --innodb-log-file-size=16M \
    --init-file="$folder/init.sql" --log-error="$folder/error.log" 2>"$folder/start.log" &
sql() { "$usr/bin/mariadb" --no-defaults --socket="$folder/socket" "$@"; }
admin() { sql --user=admin --password=admin -e "$1"; }
for _ in $(seq 100); do admin 'SELECT 1' >/dev/null 2>&1 && break || sleep 0.2; done

admin "CREATE SCHEMA app; CREATE TABLE app.t (id INT PRIMARY KEY, seen INT NOT NULL, other INT NOT NULL DEFAULT 0);
    INSERT INTO app.t (id, seen) VALUES (1, 1);
    CREATE USER worker@localhost IDENTIFIED BY 'worker'; GRANT SELECT, INSERT, UPDATE (seen) ON app.t TO worker@localhost;"
try() { # WHAT STATEMENT
    if sql --user=worker --password=worker -e "$2" >"$folder/out" 2>&1; then echo "$1: done"; else
        echo "$1: error $(sed -n 's/^ERROR \([0-9]*\).*for column \(.*\) in table.*/\1 for column \2/p' "$folder/out")"
    fi
}
upsert='INSERT INTO app.t (id, seen) VALUES (1, 3) ON DUPLICATE KEY UPDATE seen = 3'
{
    try 'UPDATE (seen), plain update' 'UPDATE app.t SET seen = 2 WHERE id = 1'
    try 'UPDATE (seen), upsert' "$upsert"
    admin 'GRANT UPDATE (id) ON app.t TO worker@localhost'
    try 'UPDATE (id, seen), upsert' "$upsert"
} >"$folder/seen"

echo "MariaDB $version"
cat "$folder/seen"
cat >"$folder/described" <<'SEEN'
UPDATE (seen), plain update: done
UPDATE (seen), upsert: error 1143 for column 'id'
UPDATE (id, seen), upsert: done
SEEN
cmp -s "$folder/described" "$folder/seen" || { echo "The behaviour has changed." >&2; exit 1; }
