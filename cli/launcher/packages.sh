# The required packages, with the reason for each. Installing starts no service of the system, now or at the next boot.

buildPackages='
g++               compiles it
cmake             describes the build
ninja-build       runs the build
pkg-config        finds libraries
libfcgi-dev       reads FastCGI records
libpoco-dev       database access, JSON, HTTP parts
libctemplate-dev  renders the pages
libcppunit-dev    runs the C++ tests
libsodium-dev     hashes keys and passwords, makes random values
libcli11-dev      parses the arguments of the tool
libmariadb-dev    talks to MariaDB and MySQL
mariadb-server-core  the private database of demo and tests
mariadb-client-core  sets that database up
nginx             takes the HTTP requests
openssl           makes the secrets of demo and tests
curl              asks whether the demo is ready
'

requireDebian12() {  # FILE: /etc/os-release
    (
        ID='' VERSION_ID='' PRETTY_NAME=''
        # shellcheck disable=SC1090
        [ ! -r "$1" ] || . "$1"
        [ "$ID $VERSION_ID" = "debian 12" ] ||
            fail "this runs on Debian 12 only; this system is ${PRETTY_NAME:-unknown}. Use a Debian 12 machine or container."
    ) || exit 1
}

missingOf() {  # TABLE: prints its lines whose package is not installed
    # shellcheck disable=SC2046
    installed=$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' $(echo "$1" | awk '{ print $1 }') 2>/dev/null || true)
    printf '%s\n--\n%s\n' "$installed" "$1" | awk '
        $0 == "--" { table = 1; next }
        !table && $1 == "ii" { have[$2] = 1 }
        table && NF && !($1 in have)'
}

installMissing() {  # [TABLE]: packages besides those that the build needs
    missing=$(missingOf "$buildPackages${1-}")
    [ -n "$missing" ] || return 0
    names=$(echo "$missing" | awk '{ printf "%s%s", s, $1; s = " " }')
    say "These packages are missing:"
    echo "$missing" | sed 's/^/    /'
    [ "$(id -u)" = 0 ] || fail "run this as root, then start again: apt-get install --no-install-recommends $names"
    # shellcheck disable=SC2086
    aptInstall $names
}

aptInstall() {
    export DEBIAN_FRONTEND=noninteractive
    keepServicesStill
    if ! apt-get install --simulate -qq --no-install-recommends "$@" >/dev/null 2>&1; then
        say "The package lists are missing or old; fetching them."
        apt-get update -q || fail "apt-get update failed; see above"
    fi
    apt-get install -y -q --no-install-recommends "$@" ||
        { apt-get update -q && apt-get install -y -q --no-install-recommends "$@"; } ||
        fail "apt-get could not install the packages; see above"
    case " $* " in *' nginx '*) update-rc.d nginx disable ;; esac # no start at the next boot either
    letServicesBe
}

# Debian starts nginx when it is installed, unless this policy refuses it.
servicePolicy=/usr/sbin/policy-rc.d
ownPolicy=

keepServicesStill() {
    [ ! -e $servicePolicy ] || return 0
    ownPolicy=yes
    trap letServicesBe EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    printf '#!/bin/sh\nexit 101\n' >$servicePolicy
    chmod 755 $servicePolicy
}

letServicesBe() {
    [ -n "$ownPolicy" ] || return 0
    rm -f $servicePolicy
    ownPolicy=
    trap - EXIT INT TERM HUP
}
