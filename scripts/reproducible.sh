#!/usr/bin/env bash
# Builds the released programs twice and compares their bytes: scripts/reproducible.sh [PROGRAM…]
#
# What is built is the commit that is checked out, in two clones whose folders differ in name and
# depth, each with another cargo home, target folder, home, user, language, time zone and umask; the
# compiler and the crates' downloads are the same. A table on standard output;
# ends with 4 when a program is not the same twice. Each build of all programs takes about a quarter
# of an hour on two cores. KEEP=yes keeps the folder of both, to look for what differs.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

repository=$PWD
commit=$(git rev-parse HEAD)
if [ -n "$(git status --porcelain --untracked-files=no)" ]; then
    say "There are changes that are not committed: they are not in what is compared."
fi
programs=("$@")
if [ ${#programs[@]} -eq 0 ]; then
    for folder in bin/*/; do
        program=$(basename "$folder")
        case $program in local-*) continue ;; esac
        programs+=("$program")
    done
fi
for program in "${programs[@]}"; do
    if [ ! -d "bin/$program" ]; then
        say "There is no program $program."
        exit 2
    fi
done

work=$(mktemp -d "${TMPDIR:-/tmp}/reproducible.XXXXXX")
if [ -n "${KEEP:-}" ]; then
    say "Kept: $work"
else
    trap 'rm -rf "$work"' EXIT
fi

home=${CARGO_HOME:-$HOME/.cargo}
rustup=${RUSTUP_HOME:-$HOME/.rustup}

# build CHECKOUT TARGET CARGO_HOME VARIABLE=VALUE…
build() {
    local checkout=$1 target=$2 cargo=$3 entry
    shift 3
    git clone --quiet --shared --no-checkout "$repository" "$checkout"
    git -C "$checkout" -c advice.detachedHead=false checkout --quiet "$commit"
    # Another name for the same downloads.
    mkdir -p "$cargo"
    for entry in "$home"/* "$home"/.package-cache*; do
        if [ -e "$entry" ]; then ln -s "$entry" "$cargo/"; fi
    done
    (
        cd "$checkout"
        umask "${UMASK:-022}"
        unset RUSTFLAGS CFLAGS SOURCE_DATE_EPOCH
        env RUSTUP_HOME="$rustup" CARGO_HOME="$cargo" CARGO_TARGET_DIR="$target" "$@" \
            scripts/release-build.sh "${programs[@]}"
    ) >&2
}

say "The first build of ${#programs[@]} programs, $commit"
build "$work/a" "$work/a/target/package" "$work/a-cargo" \
    HOME="$work" USER=one LOGNAME=one LANG=C LC_ALL=C TZ=UTC
say "The second"
second=$work/another/place/that/lies/deeper/and/has/a-longer-name
mkdir -p "$(dirname "$second")" "$work/home/of/another"
UMASK=077 build "$second" "$work/elsewhere/out" "$work/another/home/of/cargo" \
    HOME="$work/home/of/another" USER=somebody LOGNAME=somebody LANG=C.UTF-8 LC_ALL=C.UTF-8 \
    TZ=Asia/Taipei

differ=0
echo "| program | bytes | SHA-256 of the first build | of the second |"
echo "|---|---|---|---|"
for program in "${programs[@]}"; do
    one=$work/a/target/package/release/$program
    two=$work/elsewhere/out/release/$program
    sums=$(sha256sum "$one" "$two" | cut -d ' ' -f 1)
    first=${sums%%$'\n'*} again=${sums##*$'\n'}
    if [ "$first" = "$again" ]; then
        again="the same"
    else
        differ=$((differ + 1))
    fi
    printf '| %s | %s | %s | %s |\n' "$program" "$(stat -c %s "$one")" "$first" "$again"
done
if [ "$differ" -gt 0 ]; then
    say "$differ of ${#programs[@]} programs are not the same twice"
    exit 4
fi
say "${#programs[@]} programs, each the same twice"
