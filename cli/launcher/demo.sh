# Runs a whole service on this machine, with its files in $CLAVIGER_VAR.

demoVerb() {
    [ $# = 0 ] || fail "demo takes no arguments; PORT and CLAVIGER_VAR are variables"
    chooseVar
    makeFolder "$var"
    lockFolder "$var" "a demo"
    choosePort
    installMissing
    stopAllAtExit
    buildOnly claviger claviger-fcgi
    makeSecrets "$var"
    writeSettings "$var"
    startDatabase "$var"
    provision
    startChild claviger-fcgi "$var/log/claviger-fcgi.log" "$root/build/fcgi/claviger-fcgi" "$var/claviger.conf"
    startNginx "$var" "$port"
    awaitReady "the service" "$var/log/claviger-fcgi.log" 20 \
        curl -fsS --noproxy '*' -o /dev/null -H 'Host: acme.localhost' "http://127.0.0.1:$port/readyz"
    announce
    watchOver
}

provision() {
    ask migrate
    ask tenant create acme --host acme.localhost --name "Acme Inc"
    ask tenant create globex --host globex.localhost --name "Globex"
    ask user create --tenant acme --email owner@acme.example --password-stdin
    ask user create --tenant globex --email owner@globex.example --password-stdin
}

ask() {  # runs the tool; every command used here can be run again
    "$tool" --config "$var/claviger.conf" "$@" <"$var/secrets/sign_in_password" >>"$var/log/provisioning.log" ||
        fail "claviger $1 failed; see above"
}

announce() {
    password=$(cat "$var/secrets/sign_in_password")
    cat <<END
Claviger is ready: http://acme.localhost:$port

    Acme Inc  http://acme.localhost:$port    e-mail owner@acme.example    password $password
    Globex    http://globex.localhost:$port  e-mail owner@globex.example  password $password

Sign in, create a key, and use it:
    curl -H "Authorization: Bearer KEY" http://acme.localhost:$port/v1/me

Logs are in $var/log. Ctrl-C stops it.
END
}

watchOver() {
    nap=
    trap 'kill $nap 2>/dev/null || true; say "Stopping."; exit 0' INT TERM HUP
    until dead=$(firstDead); do
        sleep 0.5 &
        nap=$!
        wait "$nap" || true
    done
    case $dead in
    nginx) showEnd "$var/log/nginx-error.log" ;;
    *) showEnd "$var/log/$dead.log" ;;
    esac
    fail "$dead has ended unexpectedly; stopping the demo"
}
