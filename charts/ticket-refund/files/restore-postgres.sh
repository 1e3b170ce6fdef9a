# Puts a dump of backup-postgres.sh back in the place of the engine's tables, all of them or none. Argument: the dump's name,
# or nothing for the newest. Needs PGHOST, PGPORT, PGDATABASE, PGUSER and PGPASSWORD.
set -euo pipefail
cd "${BACKUP_DIR:-/backups}"
dump="${1:-$(ls -1 "$PGDATABASE"-*.dump | sort | tail -n 1)}"

# An engine at work would go on with what it remembers of tables that are no longer these.
clients=$(psql -qAt -c "select count(*) from pg_stat_activity
  where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()")
if [ "$clients" -gt 0 ]; then
  echo "$clients connections are open: end every engine node first (kubectl scale deployment/camunda-platform --replicas=0)" >&2
  exit 1
fi

# Not the ledger of the payment stand-in: it stands for a gateway outside of this database, and a gateway forgets no payment.
list=$(mktemp)
pg_restore --list "$dump" | grep -v ' refund_payment' >"$list"
pg_restore --clean --if-exists --no-owner --single-transaction --exit-on-error --use-list="$list" --dbname="$PGDATABASE" "$dump"
rm "$list"
echo "restored $dump"
