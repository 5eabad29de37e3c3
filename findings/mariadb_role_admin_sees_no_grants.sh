#!/bin/sh
# MariaDB 10.11.19: the account that has made a role, and so is its admin, may grant rights to it and pass it on. It may
# not read the role's rights: SHOW GRANTS FOR the role is error 1044. It may after SET ROLE, which adds the role's rights
# to its own. One would expect that the account that grants a right may also see that it is there. A tool that grants
# only what is missing has to take each role first.
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

admin "CREATE SCHEMA app; CREATE TABLE app.t (id INT PRIMARY KEY);
    CREATE USER tool@localhost IDENTIFIED BY 'tool'; GRANT CREATE USER ON *.* TO tool@localhost;
    GRANT SELECT ON app.* TO tool@localhost WITH GRANT OPTION;"
try() { # WHAT STATEMENTS
    if sql --user=tool --password=tool --skip-column-names -e "$2" >"$folder/out" 2>&1; then echo "$1: $(tail -n 1 "$folder/out")"; else
        echo "$1: error $(sed -n 's/^ERROR \([0-9]*\).*/\1/p' "$folder/out")"
    fi
}
{
    try 'make the role and grant to it' "CREATE ROLE reader; GRANT SELECT ON app.t TO reader; SELECT 'done'"
    try 'SHOW GRANTS FOR the role' 'SHOW GRANTS FOR reader'
    try 'SHOW GRANTS FOR the role, taken' 'SET ROLE reader; SHOW GRANTS FOR reader'
} >"$folder/seen"

echo "MariaDB $version"
cat "$folder/seen"
cat >"$folder/described" <<'SEEN'
make the role and grant to it: done
SHOW GRANTS FOR the role: error 1044
SHOW GRANTS FOR the role, taken: GRANT SELECT ON `app`.`t` TO `reader`
SEEN
cmp -s "$folder/described" "$folder/seen" || { echo "The behaviour has changed." >&2; exit 1; }
