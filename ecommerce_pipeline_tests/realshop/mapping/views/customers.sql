SELECT
    id AS customer_id,
    name AS first_name,
    email,
    country::text AS country,
    created_at AS registered_at,
    updated_at
FROM app.customer_account
