#!/bin/sh
# Poco::Data 1.11.0 on MariaDB: a Poco::Data::Transaction switches the session to autocommit=0 and leaves it so after
# commit(). The next INSERT on the same session starts a transaction that no code commits. It reports success, and the row
# is gone when the session closes. One would expect commit() to restore the session, as BEGIN and COMMIT do.
set -eu

folder=$(mktemp -d)
trap '[ ! -f "$folder/pid" ] || kill "$(cat "$folder/pid")"; rm -rf -- "$folder"' EXIT
poco=1.11.0-3+deb12u1
mariadb=1:10.11.19-0+deb12u1
for package in libpoco-dev=$poco libpocofoundation80=$poco libpocodata80=$poco libpocodatamysql80=$poco \
    mariadb-server-core=$mariadb libmariadb3=$mariadb libmariadb-dev=$mariadb liburing2=2.3-3 libaio1; do
    (cd "$folder" && apt-get download -qq -o APT::Sandbox::User=root "$package") || { echo "$package is not in the archive any more" >&2; exit 1; }
done
for file in "$folder"/*.deb; do dpkg-deb --extract "$file" "$folder/root"; done
usr=$folder/root/usr
libraries=$(echo "$usr"/lib/*-linux-gnu)
export LD_LIBRARY_PATH="$libraries:$(echo "$folder"/root/lib/*-linux-gnu)"

server() { "$usr/sbin/mariadbd" --no-defaults --datadir="$folder/data" --lc-messages-dir="$usr/share/mysql" --user="$(id -un)" "$@"; }
mkdir "$folder/data" "$folder/data/mysql" "$folder/data/app"
{ echo 'USE mysql;'; cat "$usr/share/mysql/mysql_system_tables.sql" "$usr/share/mysql/mysql_performance_tables.sql"; } |
    server --bootstrap --innodb-log-file-size=16M >"$folder/bootstrap.log" 2>&1
server --skip-networking --skip-grant-tables --socket="$folder/socket" --pid-file="$folder/pid" --innodb-log-file-size=16M \
    --log-error="$folder/error.log" 2>"$folder/start.log" &
for _ in $(seq 100); do [ ! -S "$folder/socket" ] || break; sleep 0.2; done

cat >"$folder/insert.cpp" <<'CODE'
#include <Poco/Data/MySQL/Connector.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <Poco/Data/Transaction.h>

#include <iostream>

using namespace Poco::Data::Keywords;

int numberOf(Poco::Data::Session& session, const char* query) {
    int number = -1;
    session << query, into(number), now;
    return number;
}

int main() {
    Poco::Data::MySQL::Connector::registerConnector();
    const std::string server = "host=localhost;user=root;db=app";
    {
        Poco::Data::Session session("MySQL", server);
        session << "CREATE TABLE rows_of_app (id INT PRIMARY KEY)", now;
        std::cout << "autocommit before the transaction: " << numberOf(session, "SELECT @@autocommit") << "\n";
        Poco::Data::Transaction transaction(session);
        session << "INSERT INTO rows_of_app VALUES (1)", now;
        transaction.commit();
        std::cout << "autocommit after its commit: " << numberOf(session, "SELECT @@autocommit") << "\n";
        session << "INSERT INTO rows_of_app VALUES (2)", now;
    }
    Poco::Data::Session session("MySQL", server);
    std::cout << "rows of two inserts: " << numberOf(session, "SELECT COUNT(*) FROM rows_of_app") << "\n";
}
CODE
g++ -std=c++17 -I"$usr/include" -I"$usr/include/mariadb" "$folder/insert.cpp" -o "$folder/insert" -L"$libraries" \
    -l:libPocoDataMySQL.so.80 -l:libPocoData.so.80 -l:libPocoFoundation.so.80 -Wl,--allow-shlib-undefined
MYSQL_UNIX_PORT=$folder/socket "$folder/insert" >"$folder/seen"

echo "Poco $poco, MariaDB $mariadb"
cat "$folder/seen"
cat >"$folder/described" <<'SEEN'
autocommit before the transaction: 1
autocommit after its commit: 0
rows of two inserts: 1
SEEN
cmp -s "$folder/described" "$folder/seen" || { echo "The behaviour has changed." >&2; exit 1; }
