#!/bin/sh
# Makes Temporal's two databases and brings their schema up to the version of the tool that does it. Again it changes nothing.
# SQL_HOST, SQL_PORT, SQL_USER, SQL_PASSWORD and SQL_PLUGIN are the tool's own variables; SCHEMA is a directory of the image.
set -eu
schema=${SCHEMA:-/etc/temporal/schema/postgresql/v12}

for database in temporal temporal_visibility; do
  kind=${database#temporal_}
  # the tool has no word for "unless it is there"; where it cannot be made and is not there, the next command says so
  temporal-sql-tool --database "$database" create-database || echo "$database is there already"
  temporal-sql-tool --database "$database" setup-schema --version 0.0
  temporal-sql-tool --database "$database" update-schema --schema-dir "$schema/$kind/versioned"
done
