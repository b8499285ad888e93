#!/usr/bin/env bash
# How large the programs are and how long `--help` takes: scripts/measure-programs.sh [BIN_DIR]
#
# A Markdown table on standard output, for docs/performance.md. BIN_DIR is target/package/release
# when not given (scripts/release-build.sh). Ends with 4 when a goal is missed: each program below
# 25 MiB, each median of RUNS (101) starts below 10 ms. A start includes what it costs the shell to
# make a process.
set -eu
cd "$(dirname "$0")/.."
bin=${1:-target/package/release}
runs=${RUNS:-101}
LC_ALL=C
export LC_ALL

missed=0
echo "| program | size | --help, median | slowest |"
echo "|---|---|---|---|"
for folder in bin/*/; do
    program=$(basename "$folder")
    case $program in local-*) continue ;; esac
    path=$bin/$program
    if [ ! -x "$path" ]; then
        printf '%s\n' "$path is not there: scripts/release-build.sh builds it." >&2
        exit 1
    fi
    times=$(for ((run = 0; run < runs; run++)); do
        began=$EPOCHREALTIME
        "$path" --help >/dev/null
        ended=$EPOCHREALTIME
        echo $((${ended/./} - ${began/./}))
    done | sort -n)
    median=$(sed -n "$((runs / 2 + 1))p" <<<"$times")
    slowest=$(tail -1 <<<"$times")
    size=$(stat -c %s "$path")
    awk -v program="$program" -v size="$size" -v median="$median" -v slowest="$slowest" 'BEGIN {
        printf "| %s | %.1f MiB | %.1f ms | %.1f ms |\n", program, size / 1048576, median / 1000, slowest / 1000
    }'
    if [ "$size" -ge $((25 * 1048576)) ] || [ "$median" -ge 10000 ]; then missed=4; fi
done
exit "$missed"
