#!/usr/bin/env bash
# scripts/write-kubernetes-secrets.sh FOLDER [POSTGRES_DSN REDIS_URL [POSTGRES_MIGRATION_DSN]]: writes the secrets of
# deploy/kubernetes/overlays, a file each, into the folder. The addresses are the managed servers', or those of overlays/trial.
# The last one is for the role that owns the tables: without it the other one does. What is there already stays.
set -euo pipefail
folder=${1:?the folder, such as deploy/kubernetes/overlays/production/secrets}
umask 077
mkdir -p "$folder"
random() { head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }
secret() { [ -e "$folder/$1" ] || printf %s "$2" > "$folder/$1"; }
secret memory_http_token "$(random)"
secret jwt_secret "$(random)"
secret audit_key "$(random)"
if [ $# -eq 1 ]; then
  secret postgres_password "$(random)"
  secret somabrain_password "$(random)"
  secret owner_password "$(random)"
  set -- "$1" "postgres://somabrain:$(cat "$folder/somabrain_password")@postgres:5432/somabrain" redis://redis:6379 \
    "postgres://somabrain_owner:$(cat "$folder/owner_password")@postgres:5432/somabrain"
fi
secret postgres_dsn "$2"
secret postgres_migration_dsn "${4:-$2}"
secret redis_url "$3"
echo "$folder written"
