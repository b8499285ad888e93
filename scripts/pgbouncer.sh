#!/usr/bin/env bash
# Prints the path of a PgBouncer for tests: one that is installed, or else Debian's package,
# unpacked below .local/ (or SUNSET_LOCAL_DIR). Nothing is installed in the system and nothing is
# started. Fails, with a word why, where there is none to be had.
set -eu

cd "$(dirname "$0")/.."
LOCAL=${SUNSET_LOCAL_DIR:-$PWD/.local}
case $LOCAL in /*) ;; *) LOCAL=$PWD/$LOCAL ;; esac
INTO=$LOCAL/pgbouncer

# The versions that the tests were written with.
PINNED='pgbouncer=1.18.0-* pgbouncer=1.24.1-*'

say() { printf '%s\n' "$*" >&2; }

for candidate in "${SUNSET_TEST_PGBOUNCER:-}" "$(command -v pgbouncer || true)" /usr/sbin/pgbouncer "$INTO/pgbouncer"; do
    if [ -n "$candidate" ] && [ -x "$candidate" ]; then
        echo "$candidate"
        exit 0
    fi
done

if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-deb >/dev/null 2>&1; then
    say "No pgbouncer here, and no apt-get to fetch one with."
    exit 1
fi

mkdir -p "$INTO/packages"
log=$INTO/fetch.log
cd "$INTO/packages"

fetch() {
    local version
    for version in $PINNED; do
        if apt-get download "$version" >>"$log" 2>&1; then return 0; fi
    done
    return 1
}

if ! fetch; then
    # The lists of packages may be absent or old; only root may renew them.
    if [ "$(id -u)" != 0 ] || ! apt-get update >>"$log" 2>&1 || ! fetch; then
        say "pgbouncer could not be fetched: see $log"
        exit 1
    fi
fi
# Its libraries, whatever this release calls them. Those that the system has are not needed.
for library in $(apt-cache depends --important pgbouncer | sed -n 's/^ *|\{0,1\}Depends: \(lib\(event\|c-ares\|cares\)[^ ]*\)$/\1/p'); do
    apt-get download "$library" >>"$log" 2>&1 || true
done
for package in *.deb; do
    dpkg-deb -x "$package" "$INTO/root"
done
cat >"$INTO/pgbouncer.tmp" <<END
#!/bin/sh
LD_LIBRARY_PATH=\$(echo "$INTO"/root/usr/lib/*-linux-gnu*) exec "$INTO/root/usr/sbin/pgbouncer" "\$@"
END
chmod +x "$INTO/pgbouncer.tmp"
if ! "$INTO/pgbouncer.tmp" --version >>"$log" 2>&1; then
    say "The pgbouncer that was fetched does not run here: see $log"
    exit 1
fi
mv "$INTO/pgbouncer.tmp" "$INTO/pgbouncer"
echo "$INTO/pgbouncer"
