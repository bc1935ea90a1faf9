#!/bin/sh
# Once, while the database is made: it lets a standby follow it, and from its next start on waits for one at each commit.
set -e
echo 'host replication leveret all scram-sha-256' >> "$PGDATA/pg_hba.conf"
psql -U leveret -d leveret -c "ALTER SYSTEM SET synchronous_standby_names = '*'"
