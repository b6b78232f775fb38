-- WooCommerce has no table of payments: an order with a day of payment was paid once, as a whole.
SELECT
    o.id::bigint AS payment_attempt_id,
    o.id::bigint AS transaction_id,
    ('x' || left(md5(nullif(o.payment_method, '')), 8))::bit(32)::integer AS payment_method_id,
    o.total_amount::numeric(18, 4) AS amount,
    'approved' AS status,
    d.date_paid_gmt AS created_at,
    greatest(o.date_updated_gmt, d.date_paid_gmt) AS updated_at
FROM public.wp_wc_orders AS o
JOIN public.wp_wc_order_operational_data AS d ON d.order_id = o.id
WHERE d.date_paid_gmt IS NOT NULL AND o.type = 'shop_order'
    AND o.status NOT IN ('wc-pending', 'wc-failed', 'wc-checkout-draft', 'checkout-draft', 'auto-draft', 'draft', 'new', 'trash')
