-- The role of Dagster's own storage in PostgreSQL (runs, events, schedules; docs/security.md shows dagster.yaml): it makes
-- its tables in the schema public of a database of its own, and has no rights in the shop's.
-- As a superuser:
--     createdb dagster
--     psql --dbname dagster --file deploy/postgres/dagster_role.sql
--     psql --dbname dagster --command '\password dagster_storage'
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'dagster_storage') THEN
        CREATE ROLE dagster_storage LOGIN;
    END IF;
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO dagster_storage', current_database());
END
$$;

GRANT USAGE, CREATE ON SCHEMA public TO dagster_storage;
