-- The role of Dagster's own storage in PostgreSQL (runs, events, schedules; docs/security.md shows dagster.yaml). It
-- creates its tables in the schema public of a separate database, and has no rights in the shop's database.
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
