#!/usr/bin/env bash
# scripts/write-env.sh [FILE]: writes fresh secrets for docker-compose.yml into .env, or the file. Those that it has already
# stay as they are, others are added.
set -euo pipefail
file=${1:-$(dirname "$0")/../.env}
umask 077
touch "$file"
secret() {
  grep -q "^$1=" "$file" || echo "$1=$(head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n')" >> "$file"
}
secret SOMABRAIN_JWT_SECRET
secret SOMABRAIN_AUDIT_KEY
secret SOMABRAIN_MEMORY_HTTP_TOKEN
secret POSTGRES_PASSWORD
secret POSTGRES_SOMABRAIN_PASSWORD
secret POSTGRES_OWNER_PASSWORD
echo "$file written"
