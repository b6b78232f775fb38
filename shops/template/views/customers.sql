-- customers: One row per registered customer.
-- If you have none, delete this file; the cost: no countries, segments' names, or loyalty tiers.
-- Write your own table in place of app's, and your own columns in place of t's.
SELECT
    -- Customer number. Type: as KEY_TYPE says.
    t.customer_id AS customer_id
    -- Optional: take away the dashes before what you have.
    -- Given name. Type: text.
    -- , t.first_name AS first_name
    -- Family name. Type: text.
    -- , t.last_name AS last_name
    -- E-mail address, where known. Type: text.
    -- , t.email AS email
    -- ISO 3166-1 alpha-2 code of the home country. Default: 'unknown'. Type: text.
    -- , t.country AS country
    -- Home city. Default: 'unknown'. Type: text.
    -- , t.city AS city
    -- Date of birth, where given. Type: date.
    -- , t.birth_date AS birth_date
    -- Loyalty tier: basic, silver, gold or platinum. Default: 'unknown'. Type: text.
    -- , t.loyalty_tier AS loyalty_tier
    -- Whether marketing e-mail is allowed. Default: FALSE. Type: boolean.
    -- , t.marketing_opt_in AS marketing_opt_in
    -- When the customer registered, UTC. Type: timestamp with time zone.
    -- , t.registered_at AS registered_at
    -- When the row last changed. Default: TIMESTAMPTZ '1970-01-01 00:00+00'. Type: timestamp with time zone. It must move whenever anything that the row is made of changes: of several tables, take the greatest.
    -- , t.updated_at AS updated_at
FROM app.customers AS t
