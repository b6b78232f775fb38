-- One row per account. With another table of users than spree_users, copy the pack and name yours.
SELECT
    u.id AS customer_id,
    coalesce(home.firstname, split_part(home.name, ' ', 1)) AS first_name,
    home.lastname AS last_name,
    u.email,
    coalesce(country.iso, 'unknown') AS country,
    coalesce(home.city, 'unknown') AS city,
    u.created_at AT TIME ZONE 'UTC' AS registered_at,
    greatest(u.updated_at, home.updated_at) AT TIME ZONE 'UTC' AS updated_at
FROM public.spree_users AS u
LEFT JOIN public.spree_addresses AS home ON home.id = coalesce(u.ship_address_id, u.bill_address_id)
LEFT JOIN public.spree_countries AS country ON country.id = home.country_id
