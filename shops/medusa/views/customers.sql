-- One row per customer with an account. Guests, who have a row of the same table, are known by the e-mail of their orders.
SELECT
    c.id AS customer_id,
    c.first_name,
    c.last_name,
    c.email,
    coalesce(upper(home.country_code), 'unknown') AS country,
    coalesce(home.city, 'unknown') AS city,
    c.created_at AS registered_at,
    greatest(c.updated_at, home.updated_at) AS updated_at
FROM public.customer AS c
LEFT JOIN LATERAL (
    SELECT a.country_code, a.city, a.updated_at
    FROM public.customer_address AS a
    WHERE a.customer_id = c.id AND a.deleted_at IS NULL
    ORDER BY a.is_default_shipping DESC, a.is_default_billing DESC, a.created_at, a.id
    LIMIT 1
) AS home ON TRUE
WHERE c.has_account AND c.deleted_at IS NULL
