#!/usr/bin/env bash
# What the programs print of themselves: scripts/manual.sh BIN_DIR OUT
#
# OUT/man/NAME.1, OUT/bash/NAME, OUT/zsh/_NAME, OUT/fish/NAME.fish of every program in BIN_DIR.
set -eu
if [ $# -ne 2 ]; then
    printf '%s\n' "usage: scripts/manual.sh BIN_DIR OUT" >&2
    exit 2
fi
bin=$1 out=$2
repository=$(cd "$(dirname "$0")/.." && pwd)

mkdir -p "$out/man" "$out/bash" "$out/zsh" "$out/fish"
for folder in "$repository"/bin/*/; do
    program=$(basename "$folder")
    case $program in local-*) continue ;; esac
    [ -x "$bin/$program" ] || continue
    "$bin/$program" --generate man >"$out/man/$program.1"
    "$bin/$program" --generate bash >"$out/bash/$program"
    "$bin/$program" --generate zsh >"$out/zsh/_$program"
    "$bin/$program" --generate fish >"$out/fish/$program.fish"
done
printf '%s\n' "$out: $(ls "$out/man" | wc -l) manual pages, and completions for bash, zsh and fish" >&2
