# A private MariaDB in FOLDER/db. It listens only on a unix socket and reads no option file of the system.

startDatabase() {  # FOLDER [OPTION…]
    databaseFolder=$1/db databaseLog=$1/log/mariadb.log
    shift
    databaseAccount=$(id -un)
    asRoot=
    [ "$databaseAccount" != root ] || asRoot=--user=root
    mkdir -p -- "$databaseFolder/tmp" # its own: servers in /tmp can meet in a name
    [ -d "$databaseFolder/data" ] || makeDatabase
    # shellcheck disable=SC2086
    startChild mariadb "$databaseLog" /usr/sbin/mariadbd --no-defaults $asRoot --datadir="$databaseFolder/data" \
        --socket="$databaseFolder/db.sock" --pid-file="$databaseFolder/pid" --skip-networking --skip-name-resolve \
        --character-set-server=utf8mb4 --innodb-buffer-pool-size=64M --innodb-log-file-size=16M \
        --tmpdir="$databaseFolder/tmp" --performance-schema=OFF "$@"
    awaitReady "the database" "$databaseLog" 60 \
        mariadb --no-defaults --socket="$databaseFolder/db.sock" --user="$databaseAccount" --execute 'DO 1'
    makeAccounts "${databaseFolder%/db}"
}

makeDatabase() {  # under another name until it is complete
    say "Making a private database in $databaseFolder"
    rm -rf -- "$databaseFolder/data.new"
    # shellcheck disable=SC2086
    TMPDIR=$databaseFolder/tmp mariadb-install-db --no-defaults $asRoot --datadir="$databaseFolder/data.new" \
        --skip-test-db --skip-name-resolve --auth-root-authentication-method=socket --auth-root-socket-user="$databaseAccount" \
        --innodb-log-file-size=16M >>"$databaseLog" 2>&1 ||
        { showEnd "$databaseLog"; fail "mariadb-install-db failed"; }
    mv -- "$databaseFolder/data.new" "$databaseFolder/data"
}

makeAccounts() {  # FOLDER
    accountsAt "$databaseFolder/db.sock" "$1"
}

# The passwords go from their files to the client's standard input, never into arguments or the environment.
accountsAt() {  # SOCKET FOLDER
    awk -v workerFile="$2/secrets/worker_password" -v toolFile="$2/secrets/tool_password" \
        -v pruneFile="$2/secrets/prune_password" '
        BEGIN {
            if ((getline worker <workerFile) != 1 || (getline tool <toolFile) != 1 || (getline prune <pruneFile) != 1) exit 1
        }
        { gsub(/@WORKER_PASSWORD@/, worker); gsub(/@TOOL_PASSWORD@/, tool); gsub(/@PRUNE_PASSWORD@/, prune); print }
    ' "$root/persistence/accounts.sql" |
        mariadb --no-defaults --socket="$1" --user="$(id -un)" ||
        fail "the accounts of the database could not be made"
}

awaitReady() {  # WHAT LOG SECONDS COMMAND…: blocks until the command succeeds, fails after SECONDS
    awaited=$1 awaitedLog=$2 rounds=$(($3 * 20))
    shift 3
    until "$@" >/dev/null 2>&1; do
        if dead=$(firstDead); then
            showEnd "$awaitedLog"
            fail "$dead ended before $awaited was ready"
        fi
        [ $rounds -gt 0 ] || { showEnd "$awaitedLog"; fail "$awaited did not become ready in time"; }
        rounds=$((rounds - 1))
        sleep 0.05
    done
}
