#!/bin/sh
# Copies the primary the first time, and follows it.
set -e
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  pg_basebackup -h db1 -U leveret -D "$PGDATA" -R -d 'application_name=db2' --checkpoint=fast
fi
chmod 700 "$PGDATA"
exec postgres
