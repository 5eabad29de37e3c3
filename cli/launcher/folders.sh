# The layout of the folders. A folder of the service (var/, and var/test/ for the tests) holds:
#   claviger.conf   secrets/   db/   run/   nginx/   log/   lock

longestName=34  # test/s-XXXXXX/fcgi.sock, and some room
longestSocket=107  # bytes of a unix socket's path, by the kernel

chooseVar() {
    case $var in
    *[!A-Za-z0-9/._+@,=-]*) fail "CLAVIGER_VAR ($var) may only hold letters, digits and / . _ + @ , = -" ;;
    esac
    var=$(readlink -m -- "$var")
    if [ $((${#var} + longestName)) -gt $longestSocket ]; then
        fail "CLAVIGER_VAR is too long (${#var} bytes): the sockets in it would have paths of over $longestSocket bytes;" \
            "choose a folder of at most $((longestSocket - longestName)) bytes"
    fi
    case $root in
    *[!A-Za-z0-9/._+@,=-]*) fail "the folder of this repository ($root) may only hold letters, digits and / . _ + @ , = -" ;;
    esac
}

makeFolder() {  # FOLDER: private to this account, with its subfolders
    umask 077
    folderFault=$({ mkdir -p -- "$1" && mkdir -p -- "$1/secrets" "$1/db" "$1/run" "$1/nginx" "$1/log" && chmod 700 -- "$1"; } 2>&1) ||
        fail "the folder $1 cannot be used: ${folderFault##*: }; choose another CLAVIGER_VAR"
}

lockFolder() {  # FOLDER WHAT: locks it until this process and all that it starts have ended
    exec 9>>"$1/lock"
    flock -n 9 || fail "$2 is already running on $1 (process $(cat "$1/lock")); stop it first, or choose another CLAVIGER_VAR"
    echo $$ >"$1/lock"
}

choosePort() {
    port=${PORT:-8080}
    case $port in
    0* | *[!0-9]* | ??????*) fail "PORT must be a number from 1 to 65535, not \"$port\"" ;;
    esac
    [ "$port" -le 65535 ] || fail "PORT must be a number from 1 to 65535, not \"$port\""
    ! portTaken || fail "port $port is in use; choose another: PORT=8081 ./claviger demo"
}

portTaken() {  # succeeds if there is a listener (state 0A) on 127.0.0.1 or on all addresses
    grep -qsE "^ *[0-9]+: (0100007F|0{8}|0{32}):$(printf %04X "$port") 0+:0000 0A" /proc/net/tcp /proc/net/tcp6
}
