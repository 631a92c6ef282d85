#!/bin/sh
# First start of PostgreSQL: one role owns the tables and migrates them, another one reads and writes rows.
set -eu
exec psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --dbname postgres --file - <<'SQL'
\getenv owner_password DB_OWNER_PASSWORD
\getenv service_password DB_SERVICE_PASSWORD
CREATE ROLE angebote_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE angebote_service LOGIN PASSWORD :'service_password';
CREATE DATABASE angebote OWNER angebote_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE angebote FROM PUBLIC;
GRANT CONNECT ON DATABASE angebote TO angebote_service;
\connect angebote
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO angebote_owner;
GRANT USAGE ON SCHEMA public TO angebote_service;
ALTER DEFAULT PRIVILEGES FOR ROLE angebote_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO angebote_service;
ALTER DEFAULT PRIVILEGES FOR ROLE angebote_owner IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO angebote_service;
SQL
