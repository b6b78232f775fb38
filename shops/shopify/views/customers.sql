-- One row per customer; guests who gave an e-mail are customers too.
SELECT
    c.id AS customer_id,
    c.first_name,
    c.last_name,
    c.email,
    coalesce(home.country, 'unknown') AS country,
    coalesce(home.city, 'unknown') AS city,
    c.created_at AS registered_at,
    greatest(c.updated_at, c._fivetran_synced) AS updated_at
FROM shopify.customer AS c
-- Of the last order: addresses of customers are in a table that not every connection syncs.
LEFT JOIN LATERAL (
    SELECT o.shipping_address_country_code AS country, o.shipping_address_city AS city
    FROM shopify."order" AS o
    WHERE o.customer_id = c.id
    ORDER BY o.created_at DESC, o.id DESC
    LIMIT 1
) AS home ON TRUE
WHERE NOT coalesce(c._fivetran_deleted, FALSE)
