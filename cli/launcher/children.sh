# Processes that the launcher starts. Each gets a session of its own, so that Ctrl-C reaches only the launcher, which
# then stops them in order. Each gets SIGTERM if the launcher is killed.

children=  # "NAME=PID …", the youngest first
task=      # the process group of the command in the foreground

stopAllAtExit() {
    trap stopAll EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}

startChild() {  # NAME LOG COMMAND…
    childName=$1 childLog=$2
    shift 2
    setsid setpriv --pdeathsig TERM -- "$@" >>"$childLog" 2>&1 </dev/null &
    children="$childName=$! $children"
}

# Runs a command in the background and waits for it, since a shell handles a signal only between foreground commands.
runTask() {
    setsid "$@" </dev/null &
    task=$!
    taskStatus=0
    wait "$task" || taskStatus=$?
    task=
    return "$taskStatus"
}

alive() {  # PID; fails for a process that has ended, also before it is waited for
    { read -r processState <"/proc/$1/stat"; } 2>/dev/null || return 1
    case ${processState##*) } in Z* | X*) return 1 ;; esac
}

firstDead() {  # prints the name of a child that has ended
    for child in $children; do
        alive "${child#*=}" || { echo "${child%%=*}"; return 0; }
    done
    return 1
}

stopChild() {  # NAME=PID: sends SIGTERM, and SIGKILL after 15 s
    kill -TERM "${1#*=}" 2>/dev/null || true
    patience=300
    while alive "${1#*=}"; do
        [ $patience -gt 0 ] || kill -KILL "${1#*=}" 2>/dev/null || true
        patience=$((patience - 1))
        sleep 0.05
    done
    wait "${1#*=}" 2>/dev/null || true
    stopOrphans "${1#*=}"
}

stopOrphans() {  # GROUP: stops the children of a crashed child; nginx's own children go on without it
    patience=40
    while kill -s TERM -- "-$1" 2>/dev/null; do
        [ $patience -gt 0 ] || kill -s KILL -- "-$1" 2>/dev/null || true
        [ $patience -gt -40 ] || return 0
        patience=$((patience - 1))
        sleep 0.05
    done
}

stopAll() {
    trap - EXIT
    trap '' INT TERM HUP  # a second Ctrl-C must not leave anything behind
    if [ -n "$task" ]; then
        kill -s TERM -- "-$task" 2>/dev/null || true
        wait "$task" || true
    fi
    for child in $children; do stopChild "$child"; done
    children=
}
