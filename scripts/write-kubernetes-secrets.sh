#!/usr/bin/env bash
# scripts/write-kubernetes-secrets.sh FOLDER [POSTGRES_DSN REDIS_URL [POSTGRES_MIGRATION_DSN]]: writes the secrets of
# deploy/kubernetes/overlays, a file each, into the folder. The addresses are the managed servers', or those of overlays/trial.
# The last one is for the role that owns the tables: without it the other one does. What is there already stays.
#
# Everybody on the machine sees arguments, and passwords stand in these: without them SOMABRAIN_POSTGRES_DSN, SOMABRAIN_REDIS_URL and
# SOMABRAIN_POSTGRES_MIGRATION_DSN are taken from the environment, or from the files that …_FILE names.
set -euo pipefail
fail() { echo "write-kubernetes-secrets: $*" >&2; exit 1; }
# value NAME: that variable, or what the file holds that NAME_FILE names, without its line's end.
value() {
  local from=$1_FILE
  if [ -n "${!from:-}" ]; then cat "${!from}"; else printf %s "${!1:-}"; fi
}
folder=${1:-}
if [ -z "$folder" ] || [ $# = 2 ] || [ $# -gt 4 ]; then sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; fi
if [ $# -eq 1 ]; then
  postgres=$(value SOMABRAIN_POSTGRES_DSN)
  redis=$(value SOMABRAIN_REDIS_URL)
  owner=$(value SOMABRAIN_POSTGRES_MIGRATION_DSN)
else
  postgres=$2 redis=$3 owner=${4:-}
fi
[ -n "$postgres" ] || [ -z "$redis$owner" ] || fail "an address is set, and SOMABRAIN_POSTGRES_DSN is not"
[ -z "$postgres" ] || [ -n "$redis" ] || fail "SOMABRAIN_POSTGRES_DSN is set, and SOMABRAIN_REDIS_URL is not"

umask 077
mkdir -p "$folder"
random() { head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }
# secret NAME: what is read, where it is not there yet.
secret() { if [ -e "$folder/$1" ]; then cat > /dev/null; else cat > "$folder/$1"; fi; }
random | secret memory_http_token
random | secret jwt_secret
random | secret audit_key
if [ -z "$postgres" ]; then
  random | secret postgres_password
  random | secret somabrain_password
  random | secret owner_password
  postgres="postgres://somabrain:$(< "$folder/somabrain_password")@postgres:5432/somabrain"
  owner="postgres://somabrain_owner:$(< "$folder/owner_password")@postgres:5432/somabrain"
  redis=redis://redis:6379
fi
printf %s "$postgres" | secret postgres_dsn
printf %s "${owner:-$postgres}" | secret postgres_migration_dsn
printf %s "$redis" | secret redis_url
echo "$folder written"
