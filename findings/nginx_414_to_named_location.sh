#!/bin/sh
# nginx 1.22.1: `error_page 414 @name` answers 500 with nginx's own HTML page instead of 414 with the named location's
# text. `error_page 404 @name` works, and `error_page 414 /path` works. The error log says "empty URI in redirect to named
# location": a request line that is too long has no URI yet. An API that promises one error format for every status
# breaks the promise for 414.
set -eu

folder=$(mktemp -d)
trap '[ ! -f "$folder/pid" ] || kill "$(cat "$folder/pid")"; rm -rf -- "$folder"' EXIT
version=1.22.1-9+deb12u11
(cd "$folder" && apt-get download -qq -o APT::Sandbox::User=root "nginx=$version") || { echo "nginx $version is not in the archive any more" >&2; exit 1; }
dpkg-deb --extract "$folder"/nginx_*.deb "$folder/root"

cat >"$folder/conf" <<CONF
pid pid;
error_log error.log;
events { }
http {
    access_log off;
    client_body_temp_path bodies; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    large_client_header_buffers 4 1k;
    server {
        listen unix:$folder/named;
        error_page 404 @missing;
        error_page 414 @long;
        location / { return 404; }
        location @missing { default_type text/plain; return 404 "ours"; }
        location @long { default_type text/plain; return 414 "ours"; }
    }
    server {
        listen unix:$folder/path;
        error_page 414 /long;
        location = /long { internal; default_type text/plain; return 414 "ours"; }
    }
}
CONF
"$folder/root/usr/sbin/nginx" -p "$folder" -c conf
long=$(head -c 3000 /dev/zero | tr '\0' a)
status() { # SOCKET PATH
    curl -s --unix-socket "$folder/$1" -o "$folder/body" -w '%{http_code}' "http://host/$2"
    grep -q '^ours$' "$folder/body" && echo ' with our text' || echo " with nginx's page"
}
{
    echo "404 to a named location: $(status named missing)"
    echo "414 to a named location: $(status named "$long")"
    echo "414 to a path: $(status path "$long")"
} >"$folder/seen"

echo "nginx $version"
cat "$folder/seen"
cat >"$folder/described" <<'SEEN'
404 to a named location: 404 with our text
414 to a named location: 500 with nginx's page
414 to a path: 414 with our text
SEEN
cmp -s "$folder/described" "$folder/seen" || { echo "The behaviour has changed." >&2; exit 1; }
