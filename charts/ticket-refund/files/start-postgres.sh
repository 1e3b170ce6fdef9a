# Makes the database where there is none yet, then runs PostgreSQL as the container's process.
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  # Into a directory of its own first: a start that is cut off here begins anew.
  rm -rf "$PGDATA.new"
  initdb -D "$PGDATA.new" -U camunda -A scram-sha-256 -E UTF8 --locale=C.UTF-8 --pwfile="$PASSWORD_FILE" >/dev/null
  printf 'local all all scram-sha-256\nhost all all all scram-sha-256\n' >"$PGDATA.new/pg_hba.conf"
  echo 'create database camunda' | postgres --single -D "$PGDATA.new" postgres >/dev/null
  mv "$PGDATA.new" "$PGDATA"
fi
exec postgres -D "$PGDATA" -c listen_addresses='*' -c unix_socket_directories=/tmp -c max_connections=200
