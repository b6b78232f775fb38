-- One row per placed order. Carts and drafts are in the same table, without "orderPlacedAt". Of a marketplace's order the
-- whole counts, not its copies for each seller. Amounts are whole numbers of hundredths, whatever the currency.
SELECT
    o.id AS transaction_id,
    -- Guests have a row in customer too, without a user.
    CASE WHEN buyer."userId" IS NOT NULL THEN o."customerId" END AS customer_id,
    CASE WHEN buyer."userId" IS NULL THEN buyer."emailAddress" END AS guest_email,
    coalesce(sales.channel, 'unknown') AS channel,
    o."currencyCode" AS currency,
    nullif(split_part(o."couponCodes", ',', 1), '') AS coupon_code,
    lines.line_count::integer AS line_count,
    lines.gross::numeric(18, 4) AS gross_amount,
    lines.of_order::numeric(18, 4) AS discount_amount,
    -- After discounts; with the tax that its price includes.
    shipping.amount::numeric(18, 4) AS shipping_amount,
    (lines.tax_on_top + shipping.tax_on_top)::numeric(18, 4) AS tax_amount,
    -- Surcharges, and what Vendure rounds in another way.
    (
        total.amount - lines.gross + lines.discount - shipping.amount - lines.tax_on_top - shipping.tax_on_top
    )::numeric(18, 4) AS other_amount,
    total.amount::numeric(18, 4) AS total_amount,
    o.state AS status,
    CASE WHEN o.state = 'Cancelled' THEN coalesce(cancelled.at, o."updatedAt") AT TIME ZONE 'UTC' END AS cancelled_at,
    o."orderPlacedAt" AT TIME ZONE 'UTC' AS created_at,
    greatest(
        o."updatedAt", lines.updated_at, shipping.updated_at, surcharges.updated_at, cancelled.at
    ) AT TIME ZONE 'UTC' AS updated_at
FROM public."order" AS o
LEFT JOIN public.customer AS buyer ON buyer.id = o."customerId"
-- Most orders are in the default channel and in that of the sale.
LEFT JOIN LATERAL (
    SELECT c.code AS channel
    FROM public.order_channels_channel AS link
    JOIN public.channel AS c ON c.id = link."channelId"
    WHERE link."orderId" = o.id
    ORDER BY c.code = '__default_channel__', c.id
    LIMIT 1
) AS sales ON TRUE
-- What was sold: units that were cancelled are gone, units that were refunded are not, for the refund takes them off. A
-- cancelled order has what was placed.
CROSS JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE sold.quantity > 0) AS line_count,
        coalesce(sum(price.gross), 0) AS gross,
        coalesce(sum(price.discount), 0) AS discount,
        coalesce(sum(price.of_order), 0) AS of_order,
        coalesce(sum(CASE
            WHEN l."listPriceIncludesTax" THEN 0 ELSE round((price.gross - price.discount) * tax.rate, 2)
        END), 0) AS tax_on_top,
        coalesce(sum(round(
            (price.gross - price.discount) * CASE WHEN l."listPriceIncludesTax" THEN 1 ELSE 1 + tax.rate END
            * CASE WHEN o.state = 'Cancelled' THEN 1 ELSE (sold.quantity - l.quantity) / nullif(sold.quantity, 0)::numeric END,
            2
        )), 0) AS beyond,
        max(greatest(l."updatedAt", refunded.updated_at)) AS updated_at
    FROM public.order_line AS l
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
    WHERE l."orderId" = o.id
) AS lines
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(price.amount), 0) AS amount,
        coalesce(sum(CASE WHEN s."listPriceIncludesTax" THEN 0 ELSE round(price.amount * tax.rate, 2) END), 0)
            AS tax_on_top,
        max(s."updatedAt") AS updated_at
    FROM public.shipping_line AS s
    CROSS JOIN LATERAL (
        SELECT coalesce(sum((t.value ->> 'taxRate')::numeric), 0) / 100 AS rate
        FROM jsonb_array_elements(s."taxLines"::jsonb) AS t
    ) AS tax
    CROSS JOIN LATERAL (
        SELECT round((s."listPrice" + coalesce(sum((a.value ->> 'amount')::numeric) FILTER (
            WHERE o.state <> 'Cancelled' OR a.value ->> 'adjustmentSource' <> 'CANCEL_ORDER'
        ), 0)) / 100.0, 2) AS amount
        FROM jsonb_array_elements(s.adjustments::jsonb) AS a
    ) AS price
    WHERE s."orderId" = o.id
) AS shipping
CROSS JOIN LATERAL (
    SELECT max(c."updatedAt") AS updated_at FROM public.surcharge AS c WHERE c."orderId" = o.id
) AS surcharges
-- Vendure's own total, of current quantities, and the units that were refunded; a cancelled order's own total is 0.
CROSS JOIN LATERAL (
    SELECT lines.beyond + CASE
        WHEN o.state = 'Cancelled' THEN shipping.amount + shipping.tax_on_top
        ELSE (o."subTotalWithTax" + o."shippingWithTax") / 100.0
    END AS amount
) AS total
LEFT JOIN LATERAL (
    SELECT max(h."createdAt") AS at
    FROM public.history_entry AS h
    WHERE h."orderId" = o.id AND h.type = 'ORDER_STATE_TRANSITION' AND h.data::jsonb ->> 'to' = 'Cancelled'
) AS cancelled ON o.state = 'Cancelled'
WHERE o."orderPlacedAt" IS NOT NULL AND o.type <> 'Seller'
