-- The role that writes the synthetic shop to your server (POSTGRES_HOST without SOURCE=external): it owns the schema
-- ecommerce, creates its tables, and has no rights outside it.
-- Run as a superuser in the database of the shop:
--     psql --dbname shop --file deploy/postgres/shop_role.sql
--     psql --dbname shop --command '\password ecommerce_shop'
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ecommerce_shop') THEN
        CREATE ROLE ecommerce_shop LOGIN;
    END IF;
    -- Dimension rows are loaded into a temporary table before they are merged.
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO ecommerce_shop', current_database());
END
$$;

CREATE SCHEMA IF NOT EXISTS ecommerce;
ALTER SCHEMA ecommerce OWNER TO ecommerce_shop;
