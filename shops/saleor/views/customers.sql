-- One row per account; staff who buy nothing are left out.
SELECT
    u.id::text AS customer_id,
    u.first_name,
    u.last_name,
    u.email,
    coalesce(nullif(home.country, ''), 'unknown') AS country,
    coalesce(nullif(home.city, ''), 'unknown') AS city,
    u.date_joined AS registered_at,
    u.updated_at
FROM public.account_user AS u
LEFT JOIN public.account_address AS home
    ON home.id = coalesce(u.default_shipping_address_id, u.default_billing_address_id)
WHERE NOT u.is_staff OR EXISTS (SELECT FROM public.order_order AS o WHERE o.user_id = u.id)
