-- The role that writes the synthetic shop to a server of your own (POSTGRES_HOST without SOURCE=external): it owns the
-- schema ecommerce, makes its tables, and can do nothing outside it.
-- As a superuser in the database meant for it:
--     psql --dbname shop --file deploy/postgres/shop_role.sql
--     psql --dbname shop --command '\password ecommerce_shop'
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ecommerce_shop') THEN
        CREATE ROLE ecommerce_shop LOGIN;
    END IF;
    -- Rows arrive in a temporary table before they replace those of their days.
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO ecommerce_shop', current_database());
END
$$;

CREATE SCHEMA IF NOT EXISTS ecommerce;
ALTER SCHEMA ecommerce OWNER TO ecommerce_shop;
