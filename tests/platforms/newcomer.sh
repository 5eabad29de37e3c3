#!/bin/sh
# Follows the README inside the bare system: the demo with the walk to the first key, then the tests.
set -eu

cd /root/claviger
port=8080
base=http://acme.localhost:$port
jar=$(mktemp) said=$(mktemp)

fail() { echo "newcomer: $*" >&2; cat "$said" >&2; exit 1; }
say() { echo "--- $(date +%T) $*"; }

ask() {  # CURL-ARGUMENTS…; prints the status and writes the body to $said
    curl -sS --resolve "acme.localhost:$port:127.0.0.1" -o "$said" -w '%{http_code}' "$@"
}

expect() {  # STATUS WHAT CURL-ARGUMENTS…
    wanted=$1 what=$2
    shift 2
    status=$(ask "$@")
    [ "$status" = "$wanted" ] || fail "$what: $status instead of $wanted"
    say "$what: $status"
}

ofJson() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$said"; }

demoIsReady() { grep -qs '^Claviger is ready' var-demo.log; }

walkToTheFirstKey() {
    password=$(sed -n 's/.*owner@acme.example *password \(.*\)/\1/p' var-demo.log)
    expect 200 "the sign-in page" -c "$jar" $base/login
    csrf=$(sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' "$said")
    expect 303 "signed in" -b "$jar" -c "$jar" $base/login --data-urlencode "csrf=$csrf" \
        --data-urlencode email=owner@acme.example --data-urlencode "password=$password"
    expect 201 "a key is made" -b "$jar" $base/api/api-keys -H 'Content-Type: application/json' -d '{"name":"Scripts"}'
    key=$(ofJson fullKey) id=$(ofJson id)
    expect 200 "the key says whose it is" -H "Authorization: Bearer $key" $base/v1/me
    expect 200 "the key is regenerated" -b "$jar" -X POST "$base/api/api-keys/$id"
    renewed=$(ofJson fullKey)
    expect 401 "the old key is dead" -H "Authorization: Bearer $key" $base/v1/me
    expect 200 "the new key lives" -H "Authorization: Bearer $renewed" $base/v1/me
}

tryDemo() {
    say "./claviger demo"
    ./claviger demo >var-demo.log 2>&1 &
    demo=$!
    until demoIsReady; do
        kill -0 "$demo" 2>/dev/null || { tail -n 40 var-demo.log; fail "the demo ended before it was ready"; }
        sleep 1
    done
    say "the demo is ready"
    walkToTheFirstKey
    kill -TERM "$demo"
    wait "$demo" || fail "the demo ended with $?"
    for left in claviger-fcgi mariadbd nginx; do
        ! grep -lsx "$left" /proc/[0-9]*/comm || fail "the demo left $left behind"
    done
    say "the demo has ended and left no process"
    rm -f var-demo.log
}

tryDemo
say "./claviger test $*"
./claviger test "$@"
say "both commands did what the README says"
