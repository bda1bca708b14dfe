#!/usr/bin/env bash
# Writes .env with fresh secrets for docker-compose.yml; leaves one that is there alone.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -e .env ]; then
  echo ".env is there already; remove it first to make new secrets" >&2
  exit 1
fi
umask 077
random() { head -c 48 /dev/urandom | base64 -w 0; }
{
  echo "SOMABRAIN_JWT_SECRET=$(random)"
  echo "SOMABRAIN_AUDIT_KEY=$(random)"
} > .env
echo ".env written"
