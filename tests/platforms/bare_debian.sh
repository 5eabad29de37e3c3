#!/bin/sh
# Runs both commands of the README in a bare Debian, as a newcomer would: `./claviger demo` with the walk to the first key,
# then `./claviger test`.
#
#     tests/platforms/bare_debian.sh [SUITE] [NAME…]      SUITE: bookworm (the default); NAME: only these suites of tests
#
# Needs root, mmdebstrap and git, and the network for packages. It clones the last commit, so it does not test
# uncommitted changes. $CLAVIGER_VAR/platforms (var/platforms) keeps the bare system as SUITE.tar and the output as
# SUITE.log. Ends with 0 if both commands did what the README says, and with 1 if not.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
folder=${CLAVIGER_VAR:-$root/var}/platforms
suite=${1:-bookworm}
[ $# = 0 ] || shift
bare=$folder/$suite.tar
system=$folder/$suite
log=$folder/$suite.log

fail() { echo "bare_debian: $*" >&2; exit 1; }
say() { echo "--- $(date +%T) $*"; }

checkNeeds() {
    [ "$(id -u)" = 0 ] || fail "run this as root: it makes mounts and changes its root folder"
    for program in mmdebstrap git unshare; do
        command -v "$program" >/dev/null || fail "$program is missing: apt-get install mmdebstrap git util-linux"
    done
}

# The system has apt and what apt needs. It is kept, since the packages of a release rarely change.
makeBare() {
    [ ! -f "$bare" ] || return 0
    say "Making a bare $suite"
    mmdebstrap --quiet --variant=apt --include=ca-certificates "$suite" "$bare.new.tar"
    mv -- "$bare.new.tar" "$bare"
}

makeSystem() {
    removeSystem
    mkdir -p -- "$system"
    tar -xf "$bare" -C "$system" --exclude='./dev/*'
    cp -L /etc/resolv.conf "$system/etc/resolv.conf"
    printf '127.0.0.1 localhost\n' >"$system/etc/hosts"
    git clone --quiet -- "$root" "$system/root/claviger"
    cp -- "$root/tests/platforms/newcomer.sh" "$system/root/newcomer.sh"
    cp -L /etc/ssl/certs/ca-certificates.crt "$system/root/authorities.pem"  # this network may have its own authorities
}

removeSystem() {  # nothing of it is mounted outside: its mounts end with its processes
    rm -rf --one-file-system -- "$system"
}

# The processes get a process namespace of their own, and end with this script.
asNewcomer() {
    # shellcheck disable=SC2016
    unshare --mount --pid --fork --kill-child --uts -- sh -ec '
        hostname newcomer
        mount --make-rprivate /
        mount --bind "$1" "$1"
        mount -t proc proc "$1/proc"
        mount --rbind /sys "$1/sys"
        mount --rbind /dev "$1/dev"
        mount -t tmpfs tmpfs "$1/run"
        root=$1
        shift
        exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb NODE_EXTRA_CA_CERTS=/root/authorities.pem \
            chroot "$root" sh /root/newcomer.sh "$@"
    ' sh "$system" "$@"
}

checkNeeds
mkdir -p -- "$folder"
trap removeSystem EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
{
    makeBare
    makeSystem
    say "$(git -C "$root" log -1 --format='%h %s') in a bare $suite"
    asNewcomer "$@" && echo passed >"$log.verdict" || echo failed >"$log.verdict"
} 2>&1 | tee "$log"
[ "$(cat "$log.verdict")" = passed ] || fail "a command did not do what the README says; see $log"
rm -f -- "$log.verdict"
