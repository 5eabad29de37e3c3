# How the launcher speaks.

say() {
    echo "$*"
}

fail() {  # what is wrong and what to do about it
    echo "claviger: $*" >&2
    exit 1
}

showEnd() {  # LOG: its last lines, to explain a failure
    [ -s "$1" ] || return 0
    echo "The last lines of $1:" >&2
    tail -n 12 -- "$1" | sed 's/^/    /' >&2
}
