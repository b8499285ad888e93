#!/usr/bin/env bash
# dist/: the programs, with all that belongs to them.
#
#   scripts/package.sh tarball   dist/sunset-VERSION-SYSTEM.tar.gz
#   scripts/package.sh deb       dist/sunset_VERSION_ARCHITECTURE.deb
#   scripts/package.sh layout    dist/deb, from which the Debian package is made
#   scripts/package.sh install [PROGRAM]   nothing that stays: installs one by cargo, and tries it
#
# The packages are built by scripts/release-build.sh, unpacked again and tried. BIN_DIR names a folder
# of programs to take instead of building them; they are stripped. DIST names another folder than
# dist, STRIP another program than strip.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

kind=${1:-}
case $kind in
    tarball | deb | layout | install) ;;
    *)
        say "usage: scripts/package.sh tarball|deb|layout, or install [PROGRAM]"
        exit 2
        ;;
esac

dist=${DIST:-dist}
case $dist in /*) ;; *) dist=$PWD/$dist ;; esac
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -1)
programs=()
for folder in bin/*/; do
    program=$(basename "$folder")
    case $program in local-*) continue ;; esac; programs+=("$program")
done

if [ -z "${BIN_DIR:-}" ] && [ "$kind" != install ]; then
    scripts/release-build.sh "${programs[@]}"
    BIN_DIR=${CARGO_TARGET_DIR:-target/package}/release
fi

# The commit's time for every file: the same source gives the same package.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$dist"

install_programs() {
    local program
    mkdir -p "$1"
    for program in "${programs[@]}"; do
        install -m 755 "$BIN_DIR/$program" "$1/$program"
        "${STRIP:-strip}" "$1/$program"
    done
}

# The documents that a user reads; those of the repository's own rooms stay with it.
install_documents() {
    mkdir -p "$1"
    cp README.md CHANGELOG.md ARCHITECTURE.md .env.example "$1/"
    cp -R docs "$1/docs"
}

tarball() {
    local name root target
    target=$(rustc -vV | sed -n 's/^host: //p')
    name=sunset-$version-$target
    root=$work/$name
    install_programs "$root/bin"
    scripts/manual.sh "$root/bin" "$root/share"
    mv "$root/share/man" "$work/man" && mkdir -p "$root/share/man" && mv "$work/man" "$root/share/man/man1"
    install_documents "$root"
    cp LICENSE-MIT LICENSE-APACHE "$root/"
    scripts/licences.sh >"$root/LICENSES-OF-OTHERS.txt"
    archive=$dist/$name.tar.gz
    tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --mode=go-w \
        -C "$work" -cf - "$name" | gzip -9n >"$archive"
    mkdir "$work/tried" && tar -xzf "$archive" -C "$work/tried"
    try "$work/tried/$name/bin" "$work/tried/$name/share/man/man1"
}

# Everything at its place, where the list of bin/data-migrate/Cargo.toml finds it.
layout() {
    local root=$dist/deb share page
    rm -rf "$root" && mkdir -p "$root"
    share=$root/usr/share/doc/sunset
    install_programs "$root/usr/bin"
    scripts/manual.sh "$root/usr/bin" "$work/manual"
    mkdir -p "$root/usr/share/man/man1" "$root/usr/share/bash-completion" "$root/usr/share/zsh" \
        "$root/usr/share/fish" "$share"
    for page in "$work"/manual/man/*; do
        gzip -9n <"$page" >"$root/usr/share/man/man1/$(basename "$page").gz"
    done
    cp -R "$work/manual/bash" "$root/usr/share/bash-completion/completions"
    cp -R "$work/manual/zsh" "$root/usr/share/zsh/vendor-completions"
    cp -R "$work/manual/fish" "$root/usr/share/fish/vendor_completions.d"
    install_documents "$share"
    # The text of the Apache licence is on every Debian system.
    {
        printf '%s\n' "sunset is under the Apache License, version 2.0, or the MIT License, whichever you" \
            "choose. The former is in /usr/share/common-licenses/Apache-2.0, the latter below. The" \
            "licences of the crates that it is built from are in licenses-of-others.txt.gz." ""
        cat LICENSE-MIT
    } >"$share/copyright"
    scripts/licences.sh | gzip -9n >"$share/licenses-of-others.txt.gz"
    {
        printf 'sunset (%s) unstable; urgency=medium\n\n' "$version"
        printf '  * What is new in it: CHANGELOG.md, in the folder of this file.\n\n'
        printf ' -- The sunset maintainers <maintainers@sunset.invalid>  %s\n' \
            "$(LC_ALL=C date -u -d "@$SOURCE_DATE_EPOCH" '+%a, %d %b %Y %H:%M:%S +0000')"
    } | gzip -9n >"$share/changelog.gz"
}

deb() {
    local root=$dist/deb package
    if [ "$dist" != "$PWD/dist" ]; then
        say "cargo-deb finds what is packed in dist/deb alone: DIST is for the tarball and the layout"
        return 2
    fi
    layout
    package=$dist/sunset_${version}_$(dpkg --print-architecture).deb
    archive=$package
    "$(scripts/cargo-deb.sh)" deb --quiet --locked --package data-migrate --no-build --no-strip \
        --compress-type gz --compress-system --output "$package" >&2
    installed "$package" "$work/tried"
    if ! diff -r "$root/usr" "$work/tried/usr" >&2; then
        say "$package: what it installs is not what was put into it"
        return 1
    fi
    rm -rf "$root"
    try "$work/tried/usr/bin" "$work/tried/usr/share/man/man1"
}

# Installs a package where nothing else is, has the shells read their completions, and gives it over
# to lintian where there is one. What only root may do is left out for others.
installed() {
    local package=$1 tried=$2 page
    mkdir -p "$tried/var/lib/dpkg/info" "$tried/var/lib/dpkg/updates"
    touch "$tried/var/lib/dpkg/status"
    if [ "$(id -u)" -eq 0 ]; then
        # Nothing that it depends on is in there.
        if ! dpkg --root "$tried" --force-depends --install "$package" >"$work/dpkg" 2>&1; then
            cat "$work/dpkg" >&2
            return 1
        fi
    else
        say "skipped: only root can install $package into a folder; it is unpacked"
        dpkg-deb --extract "$package" "$tried"
    fi
    for page in "$tried"/usr/share/bash-completion/completions/*; do bash -n "$page"; done
    if command -v zsh >/dev/null; then
        for page in "$tried"/usr/share/zsh/vendor-completions/*; do zsh -n "$page"; done
    fi
    if command -v fish >/dev/null; then
        for page in "$tried"/usr/share/fish/vendor_completions.d/*; do fish --no-execute "$page"; done
    fi
    if command -v lintian >/dev/null; then
        lintian --allow-root --fail-on error,warning "$package" >&2 || return 1
    else
        say "skipped: there is no lintian"
    fi
}

# Every program of an unpacked package says its version, and has its page.
try() {
    local program said
    for program in "${programs[@]}"; do
        said=$("$1/$program" --version)
        if [ "$said" != "$program $version" ]; then
            say "$archive: $program says it is '$said'"
            return 1
        fi
        if ! ls "$2/$program".1* >/dev/null; then
            say "$archive: $program has no manual page"
            return 1
        fi
    done
    say "$archive: $(du -h "$archive" | cut -f1), ${#programs[@]} programs, unpacked and tried"
    printf '%s\n' "$archive"
}

# As a user does who has the source and cargo. The features are those of one program alone.
from_source() {
    local program=${1:-env-migrate} said
    env -u RUSTFLAGS CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target/install}" \
        cargo install --locked --no-track --path "bin/$program" --root "$work/installed" >&2
    said=$("$work/installed/bin/$program" --version)
    if [ "$said" != "$program $version" ]; then
        say "cargo install: $program says it is '$said'"
        return 1
    fi
    say "cargo install --locked --path bin/$program: installed and tried"
}

case $kind in
    install) from_source "${2:-}" ;;
    *) "$kind" ;;
esac
