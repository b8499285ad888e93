#!/usr/bin/env bash
# The two commands of the README, as a newcomer gives them: the sample is migrated, migrated again
# (nothing is written), rolled back, and migrated once more.
set -euo pipefail

cd "$(dirname "$0")/.."
export SUNSET_LOCAL_DIR=$PWD/.local/smoke
unset DATABASE_URL V2_FIRESTORE V2_AUDIO
trap 'scripts/local.sh reset' EXIT

say() { printf '\n### %s\n' "$*" >&2; }

say "dry run"
PROFILE=dev make dry-run
say "first migration"
PROFILE=dev make migrate
say "second migration: nothing to write"
PROFILE=dev make migrate | tee "$SUNSET_LOCAL_DIR/second.txt"
grep -q 'Nothing to write' "$SUNSET_LOCAL_DIR/second.txt"
say "rollback"
CONFIRM_ROLLBACK=yes PROFILE=dev make rollback
say "forward again"
PROFILE=dev make migrate
