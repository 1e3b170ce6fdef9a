# Dumps the engine's database, and archives finished instances day by day where that is asked for. A dump is consistent in
# itself whatever runs meanwhile. Needs PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, KEEP and ARCHIVE_AFTER_DAYS.
set -euo pipefail
cd "${BACKUP_DIR:-/backups}"

name="$PGDATABASE-$(date -u +%Y%m%dT%H%M%SZ).dump"
# What has this name is whole: a dump that was cut off never gets it.
pg_dump --format=custom --no-owner --file="$name.new"
mv "$name.new" "$name"
echo "dumped $name ($(stat -c %s "$name") bytes)"

if [ "$ARCHIVE_AFTER_DAYS" -gt 0 ]; then
  days="select distinct end_time_::date from act_hi_procinst where end_time_ < current_date - $ARCHIVE_AFTER_DAYS order by 1"
  psql -qAt -c "$days" | while read -r day; do
    file="instances-$day.jsonl.gz"
    [ -e "$file" ] && continue
    psql -qAt -v ON_ERROR_STOP=1 -c "
      select json_build_object('instance', to_jsonb(p), 'variables',
        (select jsonb_agg(to_jsonb(v)) from act_hi_varinst v where v.proc_inst_id_ = p.proc_inst_id_))
      from act_hi_procinst p where p.end_time_::date = '$day'" | gzip >"$file.new"
    mv "$file.new" "$file"
    echo "archived $file"
  done
fi

# The oldest beyond KEEP go; archives stay.
ls -1 "$PGDATABASE"-*.dump | sort -r | tail -n "+$((KEEP + 1))" | xargs -r rm -v --
