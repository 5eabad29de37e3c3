# Runs all tests, on a private database that is made anew for each run.

testPackages='
mariadb-client    dumps the test database, to look for secrets in it
systemd           examines the units of the service
binutils          looks into the programs
strace            lets the kernel answer as a file system without hard links does
nftables          drops packets between a host and its database
iproute2          makes the network that they are dropped in
slowhttptest      is the slow client
groff-base        reads the manual page of the tool
fish              completes the words of the tool
zsh               completes them too
chromium          shows the website to the browser tests
firefox-esr       shows it to a few of them
fonts-noto-core   Arabic, and what else names are written in
fonts-noto-color-emoji  emoji in names
'
nodePackage='nodejs            runs the browser and whole-system tests
'
npmPackage='npm               installs the libraries of the tests
'

longPackages='
clang-14          builds the fuzzer
libclang-rt-14-dev  the fuzzer itself, and the sanitizers
spin              looks at every state of the model of the fence
gcc               compiles what spin makes of it
'

clusterPackages='
galera-4          makes one database of three MariaDBs
rsync             copies it to a node that lacks it
'

testVerb() {  # [--long] [NAME…]
    long=
    [ "${1-}" != --long ] || { long=yes && shift; }
    checkSuites "$@"
    chooseVar
    folder=$var/test
    makeFolder "$folder"
    lockFolder "$folder" "a test run"
    nodeFits || testPackages=$testPackages$nodePackage
    command -v npm >/dev/null || testPackages=$testPackages$npmPackage
    [ -z "$long" ] || testPackages=$testPackages$longPackages
    [ -z "$long" ] || ! isWanted galera-long "$@" || testPackages=$testPackages$clusterPackages
    installMissing "$testPackages"
    nodeFits || fail "the tests need node 18 or newer; the one found first in PATH is $(node --version)"
    stopAllAtExit
    installLibraries "$root/tests/checks"
    installLibraries "$root/tests/browser"
    buildAll
    [ -z "$long" ] || buildLong "$@"
    find "$folder" -mindepth 1 -maxdepth 1 ! -name lock -exec rm -rf -- {} +
    makeFolder "$folder"
    makeSecrets "$folder"
    writeSettings "$folder" "passwords.memory_mib = 8" "passwords.passes = 1"
    # This database need not survive a crash of the machine.
    startDatabase "$folder" --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0 --skip-log-bin
    "$tool" --config "$folder/claviger.conf" migrate >"$folder/log/migrate.log" || fail "the test database could not be migrated"
    TEST_LONG=$long TEST_STATE_TRANSFER=$var/galera/usr/bin TEST_CONFIG=$folder/claviger.conf runTask node "$root/tests/run.mjs" "$@"
}

# --- the names of the suites; tests/run.mjs finds the same ones once everything is built ---

suiteNames() {
    for suite in "$root"/tests/*/; do
        suite=${suite%/} suite=${suite##*/}
        case $suite in galera) continue ;; esac # only with --long
        for suiteFile in "$root/tests/$suite"/*.test.mjs; do [ ! -e "$suiteFile" ] || break; done
        if [ -e "$suiteFile" ] || grep -qs "add_executable(${suite}_tests" "$root/tests/$suite/CMakeLists.txt"; then
            echo "$suite"
        fi
    done
}

longSuiteNames() {
    echo dead-long faults-long fuzz-long galera-long model-long
    for suite in api contract fuzz server unit; do echo "$suite-asan $suite-tsan"; done
}

suitesInWords() {
    # shellcheck disable=SC2046
    echo "$(echo $(suiteNames)); with --long also $(echo $(longSuiteNames))"
}

checkSuites() {  # [NAME…]: fails for a name that is no suite, before anything is installed or built
    for suiteName; do
        # shellcheck disable=SC2046
        case " $(echo $(suiteNames)) " in *" ${suiteName%_tests} "*) continue ;; esac
        # shellcheck disable=SC2046
        case " $(echo $(longSuiteNames)) " in
        *" $suiteName "*) [ -n "$long" ] || fail "the suite $suiteName takes longer: ./claviger test --long $suiteName" ;;
        *) fail "there is no suite \"$suiteName\"; there are: $(suitesInWords)" ;;
        esac
    done
}

# Builds only the parts that the named suites need, since all of them take long.
buildLong() {  # [NAME…]
    ! isWanted galera-long "$@" || fetchStateTransfer "$var/galera"
    ! isWanted 'fuzz-long' "$@" || buildFuzzer
    ! isWanted '*-asan' "$@" || buildSanitized asan
    ! isWanted '*-tsan' "$@" || buildSanitized tsan
}

# Fetches the scripts by which one node of a cluster fills another. Their package also brings MariaDB as a service of
# the system. The tests need no such service, so the package is unpacked beside them and not installed.
fetchStateTransfer() {  # FOLDER
    [ ! -x "$1/usr/bin/wsrep_sst_rsync" ] || return 0
    say "Fetching the scripts that fill a node of a cluster (package mariadb-server)"
    rm -rf -- "$1" "$1.new"
    mkdir -p -- "$1.new"
    (cd -- "$1.new" && { apt-get download -q mariadb-server || { apt-get update -q && apt-get download -q mariadb-server; }; }) ||
        fail "the package mariadb-server could not be fetched; see above"
    dpkg-deb --extract "$1.new"/mariadb-server_*.deb "$1.new"
    mv -- "$1.new" "$1"
}

isWanted() {  # PATTERN [NAME…]: whether a name matches; without names always
    wantedPattern=$1
    shift
    [ $# != 0 ] || return 0
    for wantedName; do
        # shellcheck disable=SC2254
        case $wantedName in $wantedPattern) return 0 ;; esac
    done
    return 1
}

# Installs the libraries in the package-lock.json of a folder of tests, if they are missing or the lock has changed.
installLibraries() {  # FOLDER
    ! cmp -s "$1/package-lock.json" "$1/node_modules/.installed-lock.json" || return 0
    say "Installing the libraries of tests/${1##*/}: $(libraryNames "$1")"
    runTask npm ci --prefix "$1" --ignore-scripts --no-audit --no-fund --loglevel=error ||
        fail "npm could not install the libraries of $1; see above"
    cp -- "$1/package-lock.json" "$1/node_modules/.installed-lock.json"
}

libraryNames() {
    sed -n '/"devDependencies"/,/}/s/^ *"\([^"]*\)": "\([0-9.]*\)".*/\1 \2/p' "$1/package.json" | paste -sd, | sed 's/,/, /g'
}

nodeFits() {
    nodeVersion=$(node --version 2>/dev/null) || return 1
    nodeVersion=${nodeVersion#v}
    [ "${nodeVersion%%.*}" -ge 18 ]
}
