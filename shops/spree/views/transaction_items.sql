-- One row per line of a placed order.
SELECT
    l.id AS transaction_item_id,
    l.order_id AS transaction_id,
    l.variant_id AS product_id,
    l.quantity,
    l.price AS unit_price,
    (l.price * l.quantity)::numeric(18, 4) AS gross_amount,
    -- All adjustments but tax: promotions, cancelled units, manual ones.
    greatest(coalesce(l.additional_tax_total, 0) - coalesce(l.adjustment_total, 0), 0)::numeric(18, 4) AS discount_amount,
    -- That on top is the order's.
    l.included_tax_total::numeric(18, 4) AS tax_amount,
    l.created_at AT TIME ZONE 'UTC' AS created_at,
    greatest(l.updated_at, o.updated_at) AT TIME ZONE 'UTC' AS updated_at
FROM public.spree_line_items AS l
JOIN public.spree_orders AS o ON o.id = l.order_id
WHERE o.completed_at IS NOT NULL AND l.quantity > 0
