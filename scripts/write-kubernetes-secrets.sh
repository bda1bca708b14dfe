#!/usr/bin/env bash
# scripts/write-kubernetes-secrets.sh FOLDER [POSTGRES_DSN REDIS_URL]: writes the secrets of deploy/kubernetes/overlays, a file
# each, into the folder. The addresses are the managed servers', or those of overlays/trial. What is there already stays.
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
fi
secret postgres_dsn "${2:-postgres://somabrain:$(cat "$folder/somabrain_password" 2> /dev/null)@postgres:5432/somabrain}"
secret redis_url "${3:-redis://redis:6379}"
echo "$folder written"
