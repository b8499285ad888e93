#!/usr/bin/env bash
# Prints a folder with Drizzle's own tool and the definition of V3's tables in its terms, for the
# tests that compare its view of a schema with that of schema-push: unpacked from npm below .local/
# (or SUNSET_LOCAL_DIR). Fails, with a word why, where there is no npm.
set -eu

cd "$(dirname "$0")/.."
LOCAL=${SUNSET_LOCAL_DIR:-$PWD/.local}
case $LOCAL in /*) ;; *) LOCAL=$PWD/$LOCAL ;; esac
INTO=$LOCAL/drizzle

say() { printf '%s\n' "$*" >&2; }

if ! command -v npm >/dev/null 2>&1; then
    say "No npm here to fetch drizzle-kit with."
    exit 1
fi
mkdir -p "$INTO"
cp bin/schema-push/tests/drizzle/* "$INTO"
# Versions are pinned in package.json; a lock file would name a registry.
if ! (cd "$INTO" && npm install --no-package-lock --ignore-scripts --no-audit --no-fund) >"$INTO/fetch.log" 2>&1; then
    say "drizzle-kit could not be fetched: see $INTO/fetch.log"
    exit 1
fi
echo "$INTO"
