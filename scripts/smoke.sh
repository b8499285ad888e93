#!/usr/bin/env bash
# The two commands of the README, as a newcomer gives them: the sample is migrated, migrated again
# (nothing is written), rolled back, and migrated once more. Then the plans that work in place, twice
# each: the second time nothing is changed.
set -euo pipefail

cd "$(dirname "$0")/.."
if [ -f .env ] || [ -f .env.migration ]; then
    # The programs would take what these name for meant, and this script rolls back.
    printf '%s\n' "smoke.sh works on the sample alone: run it in a checkout without .env and .env.migration." >&2
    exit 2
fi
export SUNSET_LOCAL_DIR=$PWD/.local/smoke
unset DATABASE_URL V2_FIRESTORE V2_AUDIO
trap 'scripts/local.sh reset' EXIT

# What the tests have built already.
export PROFILE=dev packages='--workspace --all-targets'

say() { printf '\n### %s\n' "$*" >&2; }

say "dry run"
make dry-run
say "first migration"
make migrate
say "second migration: nothing to write"
make migrate | tee "$SUNSET_LOCAL_DIR/second.txt"
grep -q 'Nothing to write' "$SUNSET_LOCAL_DIR/second.txt"
say "rollback"
CONFIRM_ROLLBACK=yes make rollback
say "forward again"
make migrate
for plan in leora-phase2 voice-agent; do
    say "$plan, in place"
    make migrate PLAN=$plan
    say "$plan again: nothing to change"
    make migrate PLAN=$plan | tee "$SUNSET_LOCAL_DIR/second.txt"
    grep -q 'Nothing to change' "$SUNSET_LOCAL_DIR/second.txt"
done
