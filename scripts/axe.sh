#!/usr/bin/env bash
# Prints the path of axe-core, which judges whether everybody can read a page: fetched once below
# .local/ (or SUNSET_LOCAL_DIR). Fails, with a word why, where it cannot be had.
set -eu

cd "$(dirname "$0")/.."
LOCAL=${SUNSET_LOCAL_DIR:-$PWD/.local}
case $LOCAL in /*) ;; *) LOCAL=$PWD/$LOCAL ;; esac

VERSION=4.14.1
INTO=$LOCAL/axe-core-$VERSION

if [ -f "${SUNSET_TEST_AXE:-}" ]; then
    echo "$SUNSET_TEST_AXE"
    exit 0
fi
if [ ! -f "$INTO/package/axe.min.js" ]; then
    mkdir -p "$INTO"
    if ! command -v npm >/dev/null 2>&1 ||
        ! (cd "$INTO" && npm pack --silent "axe-core@$VERSION" && tar xzf "axe-core-$VERSION.tgz") >"$INTO/fetch.log" 2>&1; then
        echo "axe-core $VERSION could not be fetched: see $INTO/fetch.log" >&2
        exit 1
    fi
fi
echo "$INTO/package/axe.min.js"
