# Secrets are made once, as files of mode 0600, and never replaced: without its pepper no stored key verifies again.

makeSecrets() {  # FOLDER
    makeSecret "$1/secrets/worker_password" openssl rand -hex 24
    makeSecret "$1/secrets/tool_password" openssl rand -hex 24
    makeSecret "$1/secrets/prune_password" openssl rand -hex 24
    makeSecret "$1/secrets/pepper" newPepper
    makeSecret "$1/secrets/sign_in_password" openssl rand -hex 8
}

newPepper() {
    pepper=$(openssl rand -hex 32) || return 1
    echo "1:$pepper"
}

makeSecret() {  # FILE COMMAND…: keeps the output of the command; a crash leaves no half secret under that name
    secretFile=$1
    shift
    [ ! -s "$secretFile" ] || return 0
    (umask 077 && "$@" >"$secretFile.new") || fail "$secretFile could not be made"
    mv -- "$secretFile.new" "$secretFile"
}

writeSettings() {  # FOLDER [LINE…]: runs at each start, so that the paths are right after a move
    settingsFolder=$1
    shift
    cat >"$settingsFolder/claviger.conf" <<END
# Written by the launcher at each start. To change a setting for good, export its variable before you start:
# fcgi.threads is CLAVIGER_FCGI_THREADS.
database.socket = $settingsFolder/db/db.sock
database.worker_password_file = $settingsFolder/secrets/worker_password
database.tool_password_file = $settingsFolder/secrets/tool_password
database.prune_user = claviger_prune
database.prune_password_file = $settingsFolder/secrets/prune_password
pepper.file = $settingsFolder/secrets/pepper
fcgi.socket = $settingsFolder/run/fcgi.sock
run.folder = $settingsFolder/run
templates.folder = $root/templates
migrations.folder = $root/migrations
END
    for setting; do echo "$setting" >>"$settingsFolder/claviger.conf"; done
}
