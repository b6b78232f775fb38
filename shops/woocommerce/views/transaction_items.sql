-- One row per line, without tax.
SELECT
    i.order_item_id::bigint AS transaction_item_id,
    i.order_id::bigint AS transaction_id,
    coalesce(nullif(m.variation, 0), nullif(m.product, 0)) AS product_id,
    m.quantity::numeric(14, 3) AS quantity,
    (m.subtotal / nullif(m.quantity, 0))::numeric(18, 6) AS unit_price,
    round(m.subtotal, unit.digits)::numeric(18, 4) AS gross_amount,
    -- Coupons, also those of the whole order; a price that was lowered by hand shows here too.
    (round(m.subtotal, unit.digits) - round(m.total, unit.digits))::numeric(18, 4) AS discount_amount,
    o.date_created_gmt AS created_at,
    o.date_updated_gmt AS updated_at
FROM public.wp_woocommerce_order_items AS i
JOIN public.wp_wc_orders AS o ON o.id = i.order_id
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN o.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV',
            'XAF', 'XOF', 'XPF') THEN 0
        WHEN o.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 3
        ELSE 2
    END AS digits
) AS unit
CROSS JOIN LATERAL (
    SELECT
        max(nullif(v.meta_value, '')) FILTER (WHERE v.meta_key = '_product_id')::bigint AS product,
        max(nullif(v.meta_value, '')) FILTER (WHERE v.meta_key = '_variation_id')::bigint AS variation,
        max(nullif(v.meta_value, '')) FILTER (WHERE v.meta_key = '_qty')::numeric AS quantity,
        max(nullif(v.meta_value, '')) FILTER (WHERE v.meta_key = '_line_subtotal')::numeric AS subtotal,
        max(nullif(v.meta_value, '')) FILTER (WHERE v.meta_key = '_line_total')::numeric AS total
    FROM public.wp_woocommerce_order_itemmeta AS v
    WHERE v.order_item_id = i.order_item_id
) AS m
WHERE i.order_item_type = 'line_item' AND m.quantity > 0 AND o.type = 'shop_order'
    AND o.status NOT IN ('wc-pending', 'wc-failed', 'wc-checkout-draft', 'checkout-draft', 'auto-draft', 'draft', 'new', 'trash')
