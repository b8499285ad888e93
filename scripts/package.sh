#!/usr/bin/env bash
# dist/: the programs, with all that belongs to them.
#
#   scripts/package.sh tarball   dist/sunset-VERSION-SYSTEM.tar.gz
#   scripts/package.sh deb       dist/sunset_VERSION_ARCHITECTURE.deb
#
# Both are built by scripts/release-build.sh, unpacked again and tried. BIN_DIR names a folder of
# programs to take instead of building them; they are stripped.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

kind=${1:-}
case $kind in
    tarball | deb) ;;
    *)
        say "usage: scripts/package.sh tarball|deb"
        exit 2
        ;;
esac

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -1)
programs=()
for folder in bin/*/; do
    program=$(basename "$folder")
    case $program in local-*) continue ;; esac; programs+=("$program")
done

if [ -z "${BIN_DIR:-}" ]; then
    scripts/release-build.sh "${programs[@]}"
    BIN_DIR=${CARGO_TARGET_DIR:-target/package}/release
fi

# The commit's time for every file: the same source gives the same package.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p dist

install_programs() {
    local program
    mkdir -p "$1"
    for program in "${programs[@]}"; do
        install -m 755 "$BIN_DIR/$program" "$1/$program"
        strip "$1/$program"
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
    archive=dist/$name.tar.gz
    tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --mode=go-w \
        -C "$work" -cf - "$name" | gzip -9n >"$archive"
    mkdir "$work/tried" && tar -xzf "$archive" -C "$work/tried"
    try "$work/tried/$name/bin" "$work/tried/$name/share/man/man1"
}

# The oldest C library that has everything the programs ask it for.
needed_libc() {
    local program
    for program in "$1"/*; do
        objdump -T "$program" | grep -o 'GLIBC_[0-9.]*'
    done | sed 's/GLIBC_//' | sort -uV | tail -1
}

deb() {
    local root architecture package page shell
    root=$work/root
    architecture=$(dpkg --print-architecture)
    install_programs "$root/usr/bin"
    scripts/manual.sh "$root/usr/bin" "$work/manual"
    mkdir -p "$root/usr/share/man/man1" "$root/usr/share/bash-completion" "$root/usr/share/zsh" \
        "$root/usr/share/fish" "$root/usr/share/doc/sunset" "$root/DEBIAN"
    for page in "$work"/manual/man/*; do
        gzip -9n <"$page" >"$root/usr/share/man/man1/$(basename "$page").gz"
    done
    cp -R "$work/manual/bash" "$root/usr/share/bash-completion/completions"
    cp -R "$work/manual/zsh" "$root/usr/share/zsh/vendor-completions"
    cp -R "$work/manual/fish" "$root/usr/share/fish/vendor_completions.d"
    shell=$root/usr/share/doc/sunset
    install_documents "$shell"
    cat LICENSE-MIT LICENSE-APACHE >"$shell/copyright"
    scripts/licences.sh | gzip -9n >"$shell/licenses-of-others.txt.gz"
    cat >"$root/DEBIAN/control" <<EOF
Package: sunset
Version: $version
Architecture: $architecture
Maintainer: The sunset maintainers <sunset@localhost>
Section: database
Priority: optional
Depends: libc6 (>= $(needed_libc "$root/usr/bin")), libgcc-s1
Recommends: ca-certificates
Suggests: postgresql-client
Installed-Size: $(du -sk "$root/usr" | cut -f1)
Description: Retires an old system and proves that the new one has everything
 Moves documents out of Cloud Firestore into PostgreSQL and recordings out of
 Google Cloud Storage into Cloudflare R2, by small programs that each do one
 step, can each be run again, and can each be undone.
EOF
    (cd "$root" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum >DEBIAN/md5sums)
    chmod -R go-w "$root"
    package=dist/sunset_${version}_$architecture.deb
    archive=$package
    dpkg-deb --root-owner-group -Zgzip --build "$root" "$package" >&2
    dpkg-deb --extract "$package" "$work/tried"
    try "$work/tried/usr/bin" "$work/tried/usr/share/man/man1"
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

"$kind"
