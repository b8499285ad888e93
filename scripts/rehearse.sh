#!/usr/bin/env bash
# The rollout of plan main-server, rehearsed: a real nginx before two small servers, a schedule of
# 10, 25, 50 and 100 %, its hours in seconds, and then everything back to v1 by rollback. Needs
# DATABASE_URL; BIN_DIR names the folder of the programs. Without an nginx it says so and ends well.
set -eu

cd "$(dirname "$0")/.."
BIN_DIR=${BIN_DIR:-target/release}
case $BIN_DIR in /*) ;; *) BIN_DIR=$PWD/$BIN_DIR ;; esac
LOCAL=${SUNSET_LOCAL_DIR:-$PWD/.local}
case $LOCAL in /*) ;; *) LOCAL=$PWD/$LOCAL ;; esac

say() { printf '%s\n' "$*" >&2; }

# shellcheck source=scripts/ports.sh
. scripts/ports.sh

if ! found=$(scripts/servers.sh nginx); then
    say "skipped: the rehearsal of the rollout, for there is no nginx here (Debian: apt-get install nginx)"
    exit 0
fi
nginx=$found/nginx
stage=$LOCAL/rehearsal
rm -rf "$stage"
mkdir -p "$stage"

front=$(free_port)
status=$(free_port)

chat=
master=
end() {
    local pid
    for pid in $chat $master; do
        kill -TERM "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
}
trap end EXIT

"$BIN_DIR/local-chat" --ready-file "$stage/ready" --front "127.0.0.1:$front" --tally "$stage/tally" &
chat=$!
for _ in $(seq 100); do
    [ -f "$stage/ready" ] && break
    sleep 0.1
done
v1=$(sed -n 's/^v1=//p' "$stage/ready")
v2=$(sed -n 's/^v2=//p' "$stage/ready")

# Workers of root's nginx must enter a folder that only root may.
user=
if [ "$(id -u)" = 0 ]; then user='user root;'; fi
cat >"$stage/nginx.conf" <<END
$user
daemon off;
worker_processes 2;
pid $stage/nginx.pid;
error_log $stage/error.log;
events { worker_connections 1024; }
http {
    access_log off;
    client_body_temp_path $stage/body;
    proxy_temp_path $stage/proxy;
    fastcgi_temp_path $stage/fastcgi;
    uwsgi_temp_path $stage/uwsgi;
    scgi_temp_path $stage/scgi;
    include $stage/rollout.conf;
    server {
        listen 127.0.0.1:$front backlog=4096;
        location / { proxy_pass http://\$rollout; proxy_next_upstream off; }
    }
}
END
cat >"$stage/rollout.conf" <<END
# rollout v2=0 generation=first
upstream rollout_v1 { server $v1; }
upstream rollout_v2 { server $v2; }
split_clients "\$http_user_agent" \$rollout { * rollout_v1; }
server { listen 127.0.0.1:$status; location / { return 200 "rollout v2=0 generation=first"; } }
END
cat >"$stage/traffic.toml" <<END
on_breach = "step-back"

[nginx]
include = "rollout.conf"
v1 = ["$v1"]
v2 = ["$v2"]
key = "\$http_user_agent"
status = "127.0.0.1:$status"
command = ["$nginx", "-c", "$stage/nginx.conf", "-p", "$stage"]

[gates]
every = "1m"
min_requests = 20
window = "10m"
health = ["http://$v2/api/health", "http://$v2/api/health/ready"]

[gates.prometheus]
v2 = "http://$v2/api/health/metrics"

[[step]]
percentage = 10
hold = "15m"
[[step]]
percentage = 25
hold = "15m"
[[step]]
percentage = 50
hold = "15m"
[[step]]
percentage = 100
END
"$nginx" -c "$stage/nginx.conf" -p "$stage" 2>>"$stage/error.log" &
master=$!
for _ in $(seq 100); do
    (exec 3<>"/dev/tcp/127.0.0.1/$front") 2>/dev/null && break
    sleep 0.1
done

# A quarter of an hour in four seconds.
worst=0
"$BIN_DIR/rollout" run --schedule "$stage/traffic.toml" --time-scale 225 --restart \
    --by rehearsal || worst=$?
"$BIN_DIR/rollback" --plan main-server --level traffic --schedule "$stage/traffic.toml" --yes || worst=$?
kill -TERM "$chat"
wait "$chat" || true
chat=
printf 'rehearsal: %s requests, %s failed; v1 answered %s, v2 %s\n' \
    $(sed -n 's/^[a-z0-9]* //p' "$stage/tally")
if [ "$(sed -n 's/^failed //p' "$stage/tally")" != 0 ]; then worst=4; fi
exit "$worst"
