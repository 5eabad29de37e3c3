# All tests, on a private database that is made anew for each run.

testPackages='
mariadb-client    dumps the test database, to look for secrets in it
'
nodePackage='nodejs            runs the browser and whole-system tests
'

testVerb() {
    chooseVar
    folder=$var/test
    makeFolder "$folder"
    lockFolder "$folder" "a test run"
    nodeFits || testPackages=$testPackages$nodePackage
    installMissing "$testPackages"
    nodeFits || fail "the tests need node 18 or newer; the one found first in PATH is $(node --version)"
    stopAllAtExit
    buildAll
    find "$folder" -mindepth 1 -maxdepth 1 ! -name lock -exec rm -rf -- {} +
    makeFolder "$folder"
    makeSecrets "$folder"
    writeSettings "$folder" "passwords.memory_mib = 8" "passwords.passes = 1"
    # Nothing here must outlive a crash.
    startDatabase "$folder" --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0 --skip-log-bin
    "$tool" --config "$folder/claviger.conf" migrate >"$folder/log/migrate.log" || fail "the test database could not be migrated"
    TEST_CONFIG=$folder/claviger.conf runTask node "$root/tests/run.mjs" "$@"
}

nodeFits() {
    nodeVersion=$(node --version 2>/dev/null) || return 1
    nodeVersion=${nodeVersion#v}
    [ "${nodeVersion%%.*}" -ge 18 ]
}
