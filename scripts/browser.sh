#!/usr/bin/env bash
# Prints the path of a Chromium for tests of pages: one that is installed, or else, in CI as root,
# Debian's package. Fails, with a word why, where there is none to be had.
set -eu

say() { printf '%s\n' "$*" >&2; }

find_browser() {
    local candidate
    for candidate in "${SUNSET_TEST_CHROMIUM:-}" chromium chromium-browser google-chrome; do
        if [ -n "$candidate" ] && command -v "$candidate"; then return 0; fi
    done
    return 1
}

find_browser && exit 0
if [ "${CI:-}" != true ] || [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    say "No Chromium here: pages are not looked at. apt-get install chromium brings one."
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get install -qy --no-install-recommends chromium >/dev/null 2>&1 ||
    { apt-get update -q && apt-get install -qy --no-install-recommends chromium; } >/dev/null 2>&1 || {
    say "Chromium could not be installed."
    exit 1
}
find_browser
