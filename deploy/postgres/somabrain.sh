#!/usr/bin/env bash
# The first start of the database: SomaBrain's own, the roles that serve and own it, none of them a superuser, and their
# passwords. Run by the image; again does no harm, and gives the roles to a database that was made before there were any.
set -euo pipefail
as=(psql --set=ON_ERROR_STOP=1 --quiet --no-psqlrc --username="${POSTGRES_USER:-postgres}")
"${as[@]}" --dbname=postgres << 'SQL'
select 'create database somabrain' where not exists (select from pg_database where datname = 'somabrain') \gexec
SQL
"${as[@]}" --dbname=somabrain --file=/roles/roles.sql
"${as[@]}" --dbname=somabrain --set=serves="$SOMABRAIN_PASSWORD" --set=owns="$SOMABRAIN_OWNER_PASSWORD" << 'SQL'
alter role somabrain password :'serves';
alter role somabrain_owner password :'owns';
SQL
