#!/bin/sh
# Run once by the PostgreSQL image, on an empty data folder: a database and its owner for each service that has one. A role
# of its own keeps a service out of the tables of the others.
set -eu

for name in descope_api auth_server billing_api; do
  psql -v ON_ERROR_STOP=1 -v name="$name" -v password="$POSTGRES_PASSWORD" --username "$POSTGRES_USER" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
done
