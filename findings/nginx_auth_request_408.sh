#!/bin/sh
# nginx 1.22.1: the location of an auth_request turns errors into 403 by `error_page … =403`. Where the upstream
# responds with 408, the client gets no response at all: nginx closes its connection. A 409 is turned into 403, and a
# 408 without the error_page into 500. A guard that promises a status for each failure leaves 408 out of the list.
set -eu

folder=$(mktemp -d)
upstream=
trap '[ ! -f "$folder/pid" ] || kill "$(cat "$folder/pid")"; [ -z "$upstream" ] || kill "$upstream"; rm -rf -- "$folder"' EXIT
version=1.22.1-9+deb12u11
(cd "$folder" && apt-get download -qq -o APT::Sandbox::User=root "nginx=$version") || { echo "nginx $version is not in the archive any more" >&2; exit 1; }
dpkg-deb --extract "$folder"/nginx_*.deb "$folder/root"

user=  # the folder is private: root's nginx stays root
[ "$(id -u)" != 0 ] || user='user root;'
cat >"$folder/conf" <<CONF
$user
pid pid;
error_log error.log;
events { }
http {
    access_log off;
    client_body_temp_path bodies; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    server {
        listen unix:$folder/site;
        location = /409 { auth_request /turned/409; return 200; }
        location = /408 { auth_request /turned/408; return 200; }
        location = /plain { auth_request /kept/408; return 200; }
        location /turned/ {
            internal;
            proxy_pass http://unix:$folder/upstream:/;
            proxy_intercept_errors on;
            error_page 408 409 =403 /refused;
        }
        location /kept/ { internal; proxy_pass http://unix:$folder/upstream:/; }
        location = /refused { internal; return 403; }
        location @never { return 200; }
    }
}
CONF
# A "return" responds before auth_request runs, try_files responds after it.
sed -i 's|; return 200; }$|; try_files /none @never; }|' "$folder/conf"
# An upstream that responds with the status in the path.
python3 - "$folder/upstream" <<'UPSTREAM' &
import os, socketserver, sys
class Answer(socketserver.StreamRequestHandler):
    def handle(self):
        status = self.rfile.readline().split()[1].decode().strip('/')
        while self.rfile.readline().strip(): pass
        self.wfile.write(f'HTTP/1.0 {status} Any\r\nContent-Length: 0\r\n\r\n'.encode())
socketserver.UnixStreamServer(sys.argv[1], Answer).serve_forever()
UPSTREAM
upstream=$!
while [ ! -S "$folder/upstream" ]; do sleep 0.1; done
"$folder/root/usr/sbin/nginx" -p "$folder" -c conf
status() { # PATH
    curl -s --unix-socket "$folder/site" -o /dev/null -w '%{http_code}' "http://host/$1" || printf ' (curl ends with %d)' $?
}
{
    echo "409 turned into 403: $(status 409)"
    echo "408 turned into 403: $(status 408)"
    echo "408 as it is: $(status plain)"
} >"$folder/seen"

echo "nginx $version"
cat "$folder/seen"
cat >"$folder/described" <<'SEEN'
409 turned into 403: 403
408 turned into 403: 000 (curl ends with 52)
408 as it is: 500
SEEN
cmp -s "$folder/described" "$folder/seen" || { echo "The behaviour has changed." >&2; exit 1; }
