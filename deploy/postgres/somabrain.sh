#!/usr/bin/env bash
# The first start of the database: SomaBrain's own user, who is no superuser, and its database. Run by the image.
set -euo pipefail
psql --set=ON_ERROR_STOP=1 --set=password="$SOMABRAIN_PASSWORD" --username="${POSTGRES_USER:-postgres}" --dbname=postgres << 'SQL'
create role somabrain login password :'password';
create database somabrain owner somabrain;
SQL
