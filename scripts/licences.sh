#!/usr/bin/env bash
# The licence texts of everything that the programs are linked with, on standard output: each text
# once, with the crates that come with it.
set -eu
cd "$(dirname "$0")/.."
sources=$(echo "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/)

packages=()
for folder in bin/*/; do
    program=$(basename "$folder")
    case $program in local-*) continue ;; esac; packages+=(-p "$program")
done

declare -A text crates
missing=()
while read -r name version expression; do
    [ -n "$name" ] || continue
    version=${version#v}
    folder=
    for source in $sources; do
        if [ -d "$source/$name-$version" ]; then folder=$source/$name-$version; fi
    done
    if [ -d "third-party/$name" ]; then folder=third-party/$name; fi
    found=
    for file in "$folder"/LICEN[SC]E* "$folder"/licen[sc]e* "$folder"/COPYING* "$folder"/NOTICE*; do
        [ -f "$file" ] || continue
        found=yes
        # Line ends and indentation make no other licence.
        digest=$(tr -d '\r' <"$file" | sed 's/[[:space:]]*$//' | sha256sum | cut -c1-64)
        text[$digest]=$file
        crates[$digest]="${crates[$digest]:-}$name $version ($expression), "
    done
    [ -n "$found" ] || missing+=("$name $version: $expression")
done < <(cargo tree --locked --edges normal --prefix none --format '{p} {l}' "${packages[@]}" |
    sed -e '/(\//{/\/third-party\//!d;s, (/[^)]*),,;}' -e 's/ (\*)$//' -e 's/ (proc-macro)//' | LC_ALL=C sort -u)

echo "The programs are built from the crates below, under their licences."
if [ ${#missing[@]} -gt 0 ]; then
    printf '\nCrates that bring no text of their licence along:\n\n'
    printf '  %s\n' "${missing[@]}"
fi
for digest in $(for digest in "${!crates[@]}"; do printf '%s\t%s\n' "${crates[$digest]}" "$digest"; done |
    LC_ALL=C sort | cut -f2); do
    printf '\n%s\n%s\n\n' "----------------------------------------------------------------" "${crates[$digest]%, }" | fold -s -w 100
    tr -d '\r' <"${text[$digest]}"
done
