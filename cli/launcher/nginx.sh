# nginx's own folder for one service. It has copies of the shipped files of nginx/ with this service's paths.

writeNginx() {  # FOLDER PORT
    user=  # only an nginx of root changes to another account, which could not reach the private folder
    [ "$(id -u)" != 0 ] || user='user root;'
    cp -- "$root"/nginx/claviger_* "$1/nginx/"
    sed -i -e "s|/run/claviger/fcgi.sock|$1/run/fcgi.sock|" "$1/nginx/claviger_http.conf"
    sed -i -e "s|/var/log/nginx/claviger-access.log|$1/log/access.log|" \
        -e "s|/var/log/nginx/claviger-error.log|$1/log/nginx-error.log|" "$1/nginx/claviger_server.conf"
    sed -e "s|@USER@|$user|" -e "s|@LOGS@|$1/log|" -e "s|@PORT@|$2|" \
        "$root/nginx/nginx.conf.in" >"$1/nginx/nginx.conf"
    mkdir -p -- "$1/nginx/public"
    ln -sfn -- "$root/build/static" "$1/nginx/public/static"
    ln -sfn -- "$root/templates/static/favicon.svg" "$1/nginx/public/favicon.svg"
}

startNginx() {  # FOLDER PORT
    writeNginx "$1" "$2"
    startChild nginx "$1/log/nginx-error.log" /usr/sbin/nginx -e "$1/log/nginx-error.log" -p "$1/nginx" -c nginx.conf
}
