#!/bin/sh
# Stands for the official images' entry points, as far as testcontainers needs them: a database for the user that the
# variables name, or whatever else is to run.
set -eu
if [ "${1:-postgres}" != postgres ]; then exec setpriv --reuid=redis --regid=redis --init-groups "$@"; fi

data=/var/lib/postgresql/data
as_postgres() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }

mkdir -p "$data"
chown postgres:postgres "$data"
printf '%s' "$POSTGRES_PASSWORD" > /tmp/password
chown postgres:postgres /tmp/password
as_postgres initdb -D "$data" -U "$POSTGRES_USER" -A scram-sha-256 --pwfile=/tmp/password -E UTF8 --locale=C.UTF-8 --no-sync
rm /tmp/password
echo 'host all all all scram-sha-256' >> "$data/pg_hba.conf"
echo "create database \"$POSTGRES_DB\"" | as_postgres postgres --single -D "$data" postgres > /dev/null
shift $(( $# > 0 ? 1 : 0 ))
exec setpriv --reuid=postgres --regid=postgres --init-groups postgres -D "$data" -c 'listen_addresses=*' "$@"
