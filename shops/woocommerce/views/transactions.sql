-- One row per order. Refunds and subscriptions are in the same table, of another type. Orders that wait for their first
-- payment, or whose payment failed, are no orders yet: they appear on their day once they are paid.
SELECT
    o.id::bigint AS transaction_id,
    nullif(o.customer_id, 0)::bigint AS customer_id,
    CASE WHEN nullif(o.customer_id, 0) IS NULL THEN nullif(o.billing_email, '') END AS guest_email,
    coalesce(nullif(d.created_via, ''), 'unknown') AS channel,
    ('x' || left(md5(nullif(o.payment_method, '')), 8))::bit(32)::integer AS payment_method_id,
    o.currency,
    items.coupon_code,
    items.line_count::integer AS line_count,
    items.gross::numeric(18, 4) AS gross_amount,
    -- Coupons are in the lines; negative fees are discounts of the order.
    items.taken_off::numeric(18, 4) AS discount_amount,
    round(coalesce(d.shipping_total_amount, 0), unit.digits)::numeric(18, 4) AS shipping_amount,
    -- The order's own tax is without that of shipping.
    tax.amount::numeric(18, 4) AS tax_amount,
    -- Fees, and what rounding line by line leaves.
    (
        o.total_amount - items.gross + items.discount + items.taken_off
        - round(coalesce(d.shipping_total_amount, 0), unit.digits) - tax.amount
    )::numeric(18, 4) AS other_amount,
    o.total_amount::numeric(18, 4) AS total_amount,
    o.status,
    CASE WHEN o.status = 'wc-cancelled' THEN o.date_updated_gmt END AS cancelled_at,
    o.date_created_gmt AS created_at,
    -- Each save through WooCommerce moves it, also those of items and refunds, which have no time of their own.
    o.date_updated_gmt AS updated_at
FROM public.wp_wc_orders AS o
LEFT JOIN public.wp_wc_order_operational_data AS d ON d.order_id = o.id
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN o.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV',
            'XAF', 'XOF', 'XPF') THEN 0
        WHEN o.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 3
        ELSE 2
    END AS digits
) AS unit
CROSS JOIN LATERAL (
    -- Values are texts, empty for none. Amounts of items are without tax, whatever the shop's prices are.
    SELECT
        coalesce(sum(round(m.subtotal, unit.digits)) FILTER (WHERE i.order_item_type = 'line_item'), 0) AS gross,
        coalesce(sum(round(m.subtotal, unit.digits) - round(m.total, unit.digits))
            FILTER (WHERE i.order_item_type = 'line_item'), 0) AS discount,
        coalesce(sum(-round(m.total, unit.digits)) FILTER (WHERE i.order_item_type = 'fee' AND m.total < 0), 0) AS taken_off,
        coalesce(sum(m.total) FILTER (WHERE i.order_item_type IN ('line_item', 'fee')), 0) AS goods,
        coalesce(sum(m.tax) FILTER (WHERE i.order_item_type IN ('line_item', 'fee')), 0) AS goods_tax,
        coalesce(sum(m.cost) FILTER (WHERE i.order_item_type = 'shipping'), 0) AS shipping,
        coalesce(sum(m.shipping_tax) FILTER (WHERE i.order_item_type = 'shipping'), 0) AS shipping_tax,
        min(i.order_item_name) FILTER (WHERE i.order_item_type = 'coupon') AS coupon_code,
        count(*) FILTER (WHERE i.order_item_type = 'line_item') AS line_count,
        CASE WHEN count(*) FILTER (WHERE i.order_item_type = 'line_item') = 1 THEN max(m.refunded_item) END AS line_id,
        CASE WHEN count(*) FILTER (WHERE i.order_item_type = 'line_item') = 1 THEN max(m.quantity) END AS quantity
    FROM public.wp_woocommerce_order_items AS i
    CROSS JOIN LATERAL (
        SELECT
            max(nullif(v.meta_value, '')) FILTER (WHERE v.meta_key = '_line_subtotal')::numeric AS subtotal,
            max(nullif(v.meta_value, '')) FILTER (WHERE v.meta_key = '_line_total')::numeric AS total,
            max(nullif(v.meta_value, '')) FILTER (WHERE v.meta_key = '_line_tax')::numeric AS tax,
            max(nullif(v.meta_value, '')) FILTER (WHERE v.meta_key = 'cost')::numeric AS cost,
            max(nullif(v.meta_value, '')) FILTER (WHERE v.meta_key = 'total_tax')::numeric AS shipping_tax,
            max(nullif(v.meta_value, '')) FILTER (WHERE v.meta_key = '_refunded_item_id')::bigint AS refunded_item,
            -max(nullif(v.meta_value, '')) FILTER (WHERE v.meta_key = '_qty')::numeric AS quantity
        FROM public.wp_woocommerce_order_itemmeta AS v
        WHERE v.order_item_id = i.order_item_id
    ) AS m
    WHERE i.order_id = o.id
) AS items
CROSS JOIN LATERAL (
    SELECT round(coalesce(o.tax_amount, 0) + coalesce(d.shipping_tax_amount, 0), unit.digits) AS amount
) AS tax
WHERE o.type = 'shop_order'
    AND o.status NOT IN ('wc-pending', 'wc-failed', 'wc-checkout-draft', 'checkout-draft', 'auto-draft', 'draft', 'new', 'trash')
