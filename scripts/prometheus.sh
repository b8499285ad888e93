#!/usr/bin/env bash
# Prints a Python that has Prometheus' own client library, whose parser judges what programs tell
# on /metrics. It is installed once, from PyPI, into a folder of this project.
set -eu

cd "$(dirname "$0")/.."
folder=$PWD/.local/tools/prometheus-client-0.23.1
if [ ! -x "$folder/bin/python" ] || ! "$folder/bin/python" -c 'import prometheus_client' 2> /dev/null; then
    rm -rf "$folder"
    { python3 -m venv "$folder" && "$folder/bin/python" -m pip install --quiet \
        --disable-pip-version-check prometheus-client==0.23.1; } 1>&2 || {
        echo "prometheus: no parser: python3 with venv and PyPI are needed" >&2
        rm -rf "$folder"
        exit 1
    }
fi
echo "$folder/bin/python"
