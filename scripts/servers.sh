#!/usr/bin/env bash
# Prints the folder of a server for tests: scripts/servers.sh nginx|redis. One that is installed,
# or else Debian's package, unpacked below .local/ (or SUNSET_LOCAL_DIR). Nothing is installed in
# the system and nothing is started. Fails, with a word why, where there is none to be had.
set -eu

cd "$(dirname "$0")/.."
LOCAL=${SUNSET_LOCAL_DIR:-$PWD/.local}
case $LOCAL in /*) ;; *) LOCAL=$PWD/$LOCAL ;; esac

say() { printf '%s\n' "$*" >&2; }

# The versions that the tests were written with, bookworm's and trixie's.
case ${1:-} in
    nginx)
        PROGRAMS='nginx'
        PACKAGES='nginx=1.22.1-* nginx=1.26.3-*'
        LIBRARIES='libpcre2-8-0 libssl3 libssl3t64 zlib1g libcrypt1'
        ;;
    redis)
        PROGRAMS='redis-server redis-cli redis-check-rdb'
        PACKAGES='redis-server=5:7.0.15-* redis-server=5:8.0.2-*'
        FURTHER='redis-tools=5:7.0.15-* redis-tools=5:8.0.2-*'
        LIBRARIES='libatomic1 libhiredis0.14 libhiredis1.1.0 libjemalloc2 liblua5.1-0 liblzf1 lua-cjson lua-bitop libssl3 libssl3t64'
        ;;
    *)
        say "usage: scripts/servers.sh nginx|redis"
        exit 2
        ;;
esac
INTO=$LOCAL/$1

holds_all() {
    local program
    for program in $PROGRAMS; do
        [ -x "$1/$program" ] || return 1
    done
}

first=${PROGRAMS%% *}
found=$(command -v "$first" || true)
for candidate in ${found:+"$(dirname "$found")"} /usr/sbin /usr/bin /usr/local/bin /opt/homebrew/bin "$INTO/bin"; do
    if holds_all "$candidate"; then
        echo "$candidate"
        exit 0
    fi
done

if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-deb >/dev/null 2>&1; then
    say "No $1 here, and no apt-get to fetch one with."
    exit 1
fi

mkdir -p "$INTO/packages" "$INTO/bin"
log=$INTO/fetch.log
cd "$INTO/packages"

fetch() {
    local version
    for version in "$@"; do
        if apt-get download "$version" >>"$log" 2>&1; then return 0; fi
    done
    return 1
}

fetch_all() {
    # shellcheck disable=SC2086 # lists of words
    fetch $PACKAGES && { [ -z "${FURTHER:-}" ] || fetch $FURTHER; }
}

if ! fetch_all; then
    # The lists of packages may be absent or old; only root may renew them.
    if [ "$(id -u)" != 0 ] || ! apt-get update >>"$log" 2>&1 || ! fetch_all; then
        say "$1 could not be fetched: see $log"
        exit 1
    fi
fi
# Whatever this release calls them; those that the system has are not needed.
for library in $LIBRARIES; do
    apt-get download "$library" >>"$log" 2>&1 || true
done
for package in *.deb; do
    dpkg-deb -x "$package" "$INTO/root"
done
for program in $PROGRAMS; do
    path=$(find "$INTO/root/usr/sbin" "$INTO/root/usr/bin" -name "$program" 2>/dev/null | head -n 1)
    # redis-server goes by the name that it is called by.
    cat >"$INTO/bin/$program.tmp" <<END
#!/bin/bash
export LD_LIBRARY_PATH=\$(echo "$INTO"/root/usr/lib/*-linux-gnu*)
exec -a "$program" "$path" "\$@"
END
    chmod +x "$INTO/bin/$program.tmp"
done
probe=--version
if [ "$1" = nginx ]; then probe=-v; fi
if ! "$INTO/bin/$first.tmp" $probe >>"$log" 2>&1; then
    say "The $1 that was fetched does not run here: see $log"
    exit 1
fi
for program in $PROGRAMS; do
    mv "$INTO/bin/$program.tmp" "$INTO/bin/$program"
done
echo "$INTO/bin"
