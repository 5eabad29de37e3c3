# Runs the measurements, on a database of their own with durable settings.

benchPackages='
wrk               makes the load of the measurements
'

benchVerb() {  # [NAME [OPTION…]]: tests/bench/NAME.mjs
    bench=http
    case ${1-} in
    '' | -*) ;;
    *) bench=$1 && shift ;;
    esac
    [ -f "$root/tests/bench/$bench.mjs" ] || fail "there is no measurement \"$bench\"; tests/bench/README.md lists them"
    nodeFits || benchPackages=$benchPackages$nodePackage
    installMissing "$benchPackages"
    nodeFits || fail "the measurements need node 18 or newer; the one found first in PATH is $(node --version)"
    case " $* " in *' --help '*) TEST_CONFIG=none exec node "$root/tests/bench/$bench.mjs" --help ;; esac
    chooseVar
    folder=$var/bench
    makeFolder "$folder"
    lockFolder "$folder" "a measurement"
    stopAllAtExit
    buildOnly claviger claviger-fcgi bench_trivial bench_trivial_insert
    find "$folder" -mindepth 1 -maxdepth 1 ! -name lock -exec rm -rf -- {} +
    makeFolder "$folder"
    makeSecrets "$folder"
    writeSettings "$folder"
    # These are the default sizes of a server. The demo's sizes are smaller, so that it starts quickly.
    startDatabase "$folder" --innodb-log-file-size=96M --innodb-buffer-pool-size=128M
    "$tool" --config "$folder/claviger.conf" migrate >"$folder/log/migrate.log" || fail "the database could not be migrated"
    TEST_CONFIG=$folder/claviger.conf runTask node "$root/tests/bench/$bench.mjs" "$@"
}
