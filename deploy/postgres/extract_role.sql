-- The role that reads the shop with SOURCE=external: SELECT on the contract's tables, and nothing else.
-- Run as a superuser, or the tables' owner with CREATEROLE, in the shop's database; repeat it after new tables or views:
--     psql --dbname shop --file deploy/postgres/extract_role.sql
--     psql --dbname shop --command '\password ecommerce_extract'
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ecommerce_extract') THEN
        CREATE ROLE ecommerce_extract LOGIN;
    END IF;
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO ecommerce_extract', current_database());
END
$$;

-- The grants below are the limit; this makes a write by mistake fail at its first statement.
ALTER ROLE ecommerce_extract SET default_transaction_read_only = on;

GRANT USAGE ON SCHEMA ecommerce TO ecommerce_extract;
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY[
        'customers',
        'products',
        'payment_methods',
        'stores',
        'exchange_rates',
        'sessions',
        'transactions',
        'transaction_items',
        'payment_attempts',
        'refunds',
        'reviews',
        'ad_spend',
        'stock_levels'
    ] LOOP
        -- A shop need not have all of them.
        IF to_regclass('ecommerce.' || wanted) IS NOT NULL THEN
            EXECUTE format('GRANT SELECT ON ecommerce.%I TO ecommerce_extract', wanted);
        END IF;
    END LOOP;
END
$$;
