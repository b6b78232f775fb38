-- One row per line of a placed order, without tax.
SELECT
    l.id AS transaction_item_id,
    l.order_id AS transaction_id,
    -- None of a variant that was deleted.
    l.variant_id::text AS product_id,
    l.quantity,
    greatest(l.undiscounted_unit_price_net_amount, l.unit_price_net_amount)::numeric(18, 6) AS unit_price,
    price.gross::numeric(18, 4) AS gross_amount,
    -- Of the line, and its share of discounts of the order: `unit_discount_amount` has that share in some channels only.
    (price.gross - l.total_price_net_amount)::numeric(18, 4) AS discount_amount,
    l.created_at,
    -- Lines have no time of change of their own.
    o.updated_at
FROM public.order_orderline AS l
JOIN public.order_order AS o ON o.id = l.order_id
CROSS JOIN LATERAL (
    -- Lines of older versions have 0 as their price before discounts.
    SELECT greatest(l.undiscounted_total_price_net_amount, l.total_price_net_amount) AS gross
) AS price
WHERE o.status NOT IN ('draft', 'expired')
