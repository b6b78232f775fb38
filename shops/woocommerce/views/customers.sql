-- One row per account. The lookup table of WooCommerce's analytics has guests too, which are known by their e-mail.
SELECT
    c.user_id::bigint AS customer_id,
    c.first_name,
    c.last_name,
    c.email,
    coalesce(nullif(c.country, '')::text, 'unknown') AS country,
    coalesce(nullif(c.city, ''), 'unknown') AS city,
    c.date_registered AS registered_at
FROM public.wp_wc_customer_lookup AS c
WHERE nullif(c.user_id, 0) IS NOT NULL
