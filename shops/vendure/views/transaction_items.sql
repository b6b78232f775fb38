-- One row per line of a placed order, with the units that were sold: those that were cancelled are gone, those that were
-- refunded are not, for the refund takes them off. A cancelled order has what was placed.
SELECT
    l.id AS transaction_item_id,
    l."orderId" AS transaction_id,
    l."productVariantId" AS product_id,
    sold.quantity::numeric(14, 3) AS quantity,
    (l."listPrice" / 100.0)::numeric(18, 6) AS unit_price,
    price.gross::numeric(18, 4) AS gross_amount,
    -- The share of discounts of the order is the order's.
    (price.discount - price.of_order)::numeric(18, 4) AS discount_amount,
    CASE
        WHEN l."listPriceIncludesTax"
            THEN round((price.gross - price.discount) * tax.rate / (1 + tax.rate), 2)
        ELSE 0
    END::numeric(18, 4) AS tax_amount,
    l."createdAt" AT TIME ZONE 'UTC' AS created_at,
    greatest(l."updatedAt", o."updatedAt", refunded.updated_at) AT TIME ZONE 'UTC' AS updated_at
FROM public.order_line AS l
JOIN public."order" AS o ON o.id = l."orderId"
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum((a.value ->> 'amount')::numeric), 0) AS amount,
        coalesce(sum((a.value ->> 'amount')::numeric)
            FILTER (WHERE a.value ->> 'type' = 'DISTRIBUTED_ORDER_PROMOTION'), 0) AS of_order
    FROM jsonb_array_elements(l.adjustments::jsonb) AS a
) AS adjustment
CROSS JOIN LATERAL (
    SELECT coalesce(sum((t.value ->> 'taxRate')::numeric), 0) / 100 AS rate
    FROM jsonb_array_elements(l."taxLines"::jsonb) AS t
) AS tax
CROSS JOIN LATERAL (
    SELECT coalesce(sum(f.quantity) FILTER (WHERE r.state <> 'Failed'), 0) AS quantity,
            max(greatest(f."updatedAt", r."updatedAt")) AS updated_at
    FROM public.order_line_reference AS f
    JOIN public.refund AS r ON r.id = f."refundId"
    WHERE f."orderLineId" = l.id AND f.discriminator = 'RefundLine'
) AS refunded
CROSS JOIN LATERAL (
    SELECT
        greatest(l."orderPlacedQuantity", l.quantity) AS placed,
        CASE
            WHEN o.state = 'Cancelled' THEN greatest(l."orderPlacedQuantity", l.quantity)
            ELSE l.quantity + least(greatest(l."orderPlacedQuantity" - l.quantity, 0), refunded.quantity)
        END AS quantity
) AS sold
CROSS JOIN LATERAL (
    SELECT
        l."listPrice" * sold.quantity / 100.0 AS gross,
        round(-adjustment.amount * sold.quantity / nullif(sold.placed, 0) / 100.0, 2) AS discount,
        round(-adjustment.of_order * sold.quantity / nullif(sold.placed, 0) / 100.0, 2) AS of_order
) AS price
WHERE o."orderPlacedAt" IS NOT NULL AND o.type <> 'Seller' AND sold.quantity > 0
