-- One row per method that orders name, with a number made from its name: WooCommerce has no table of them.
SELECT
    ('x' || left(md5(o.payment_method), 8))::bit(32)::integer AS payment_method_id,
    o.payment_method AS code,
    max(coalesce(nullif(o.payment_method_title, ''), o.payment_method)) AS method_name,
    max(o.date_updated_gmt) AS updated_at
FROM public.wp_wc_orders AS o
WHERE o.payment_method <> ''
GROUP BY o.payment_method
