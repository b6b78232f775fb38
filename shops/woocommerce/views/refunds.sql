-- One row per refund, an order of a type of its own with negative amounts. Its items say what it is for; what remains of the
-- amount counts as goods first, the rest as shipping, with tax in proportion.
SELECT
    r.id::bigint AS refund_id,
    o.id::bigint AS transaction_id,
    back.line_id AS transaction_item_id,
    r.currency,
    coalesce(back.quantity, 0)::numeric(14, 3) AS quantity,
    (round(-back.goods, unit.digits) + rest.goods - rest.goods_tax)::numeric(18, 4) AS goods_amount,
    (
        -r.total_amount - round(-back.goods, unit.digits) - rest.goods + rest.goods_tax - round(-back.goods_tax, unit.digits)
        - round(-back.shipping_tax, unit.digits) - rest.goods_tax - rest.shipping_tax
    )::numeric(18, 4) AS shipping_amount,
    (
        round(-back.goods_tax, unit.digits) + round(-back.shipping_tax, unit.digits) + rest.goods_tax + rest.shipping_tax
    )::numeric(18, 4) AS tax_amount,
    coalesce(
        (SELECT max(nullif(x.meta_value, '')) FROM public.wp_wc_orders_meta AS x
         WHERE x.order_id = r.id AND x.meta_key = '_refund_reason'), 'unknown'
    ) AS reason,
    r.date_created_gmt AS created_at,
    greatest(r.date_updated_gmt, o.date_updated_gmt) AS updated_at
FROM public.wp_wc_orders AS r
JOIN public.wp_wc_orders AS o ON o.id = r.parent_order_id
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
    WHERE i.order_id = r.id
) AS back
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
) AS ordered
CROSS JOIN LATERAL (
    SELECT
        round(ordered.goods + coalesce(o.tax_amount, 0), unit.digits) AS goods,
        coalesce(o.tax_amount, 0) AS goods_tax,
        coalesce(d.shipping_total_amount, 0) + coalesce(d.shipping_tax_amount, 0) AS shipping,
        coalesce(d.shipping_tax_amount, 0) AS shipping_tax
) AS whole
CROSS JOIN LATERAL (
    SELECT coalesce(-sum(e.total_amount), 0) AS amount
    FROM public.wp_wc_orders AS e
    WHERE e.parent_order_id = o.id AND e.type = 'shop_order_refund' AND e.status <> 'trash'
        AND (e.date_created_gmt, e.id) < (r.date_created_gmt, r.id)
) AS earlier
-- What the items do not say.
CROSS JOIN LATERAL (
    SELECT greatest(
        -r.total_amount + round(back.goods, unit.digits) + round(back.goods_tax, unit.digits)
        + round(back.shipping, unit.digits) + round(back.shipping_tax, unit.digits), 0
    ) AS amount
) AS unsaid
CROSS JOIN LATERAL (
    SELECT
        sum(step.sign * part.goods) AS goods,
        coalesce(sum(step.sign * round(part.goods * whole.goods_tax / nullif(whole.goods, 0), unit.digits)), 0) AS goods_tax,
        coalesce(sum(step.sign * round(
            least(part.shipping, whole.shipping) * whole.shipping_tax / nullif(whole.shipping, 0), unit.digits
        )), 0) AS shipping_tax
    FROM (VALUES (-1, earlier.amount), (1, earlier.amount + unsaid.amount)) AS step (sign, refunded)
    CROSS JOIN LATERAL (
        SELECT least(step.refunded, whole.goods) AS goods, greatest(step.refunded - whole.goods, 0) AS shipping
    ) AS part
) AS rest
WHERE r.type = 'shop_order_refund' AND r.status <> 'trash' AND o.type = 'shop_order'
    AND o.status NOT IN ('wc-pending', 'wc-failed', 'wc-checkout-draft', 'checkout-draft', 'auto-draft', 'draft', 'new', 'trash')
