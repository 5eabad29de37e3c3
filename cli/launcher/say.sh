# The output of the launcher.

say() {
    echo "$*"
}

fail() {  # MESSAGE…: the error and its remedy; exits with 1
    echo "claviger: $*" >&2
    exit 1
}

showEnd() {  # LOG: prints its last lines, to explain a failure
    [ -s "$1" ] || return 0
    echo "The last lines of $1:" >&2
    tail -n 12 -- "$1" | sed 's/^/    /' >&2
}
