#!/usr/bin/env bash
# scripts/restore-from-backup.sh YYYYMMDD_HHMMSS
#
# Brings SomaBrain back to a point in time: the newest backup at or before it. The time is that of this shell, as `date`
# prints it (TZ says otherwise); with a Z at the end it is UTC, as `somabrain backup list` prints it. What was erased since
# stays erased, and what was there before is kept. Prints the moment that the data now stands at, and ends with a recall.
#
# The settings are the service's: SOMABRAIN_BACKUP_DIR, SOMABRAIN_PROFILE and what that needs. Embedded: stop the server
# first. Networked: it may run, with SOMABRAIN_URL (default http://127.0.0.1:9696) and SOMABRAIN_TOKEN for the recall; where
# SOMABRAIN_JWT_SECRET is set a token is minted. SOMABRAIN_PROGRAM is the binary, else `somabrain`, else a build here.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)

fail() { echo "restore-from-backup: $*" >&2; exit 1; }

[ $# = 1 ] || { sed -n '3,11s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[[ $1 =~ ^([0-9]{8})_([0-9]{2})([0-9]{2})([0-9]{2})(Z?)$ ]] ||
  fail "\`$1\` is no point in time: write YYYYMMDD_HHMMSS, such as $(date -d '1 hour ago' +%Y%m%d_%H%M%S)"
given="${BASH_REMATCH[1]} ${BASH_REMATCH[2]}:${BASH_REMATCH[3]}:${BASH_REMATCH[4]}${BASH_REMATCH[5]}"
moment=$(date -u -d "$given" +%Y%m%d_%H%M%S 2> /dev/null) || fail "\`$1\` is no point in time: there is no $given"

program=${SOMABRAIN_PROGRAM:-$(command -v somabrain || true)}
for built in "$here"/target/{release,debug}/somabrain; do
  [ -n "$program" ] || [ ! -x "$built" ] || program=$built
done
unset SOMABRAIN_PROGRAM
[ -n "$program" ] || fail "there is no somabrain: set SOMABRAIN_PROGRAM to its path"

echo "restoring what was there at $1 ($moment in UTC)"
"$program" backup restore "$moment"

if [ -z "${SOMABRAIN_TOKEN:-}" ] && [ -n "${SOMABRAIN_JWT_SECRET:-}${SOMABRAIN_JWT_SECRET_FILE:-}" ]; then
  SOMABRAIN_TOKEN=$("$program" token --role reader)
  export SOMABRAIN_TOKEN
fi
"$program" recall validation_test -k 1 ||
  fail "the data is restored, but the recall after it failed: see that the service runs at ${SOMABRAIN_URL:-http://127.0.0.1:9696}"
echo "recall answers: restored"
