-- One row per settled refund. Its lines, where there are any, say which part is goods; without them the amount counts as
-- goods first, the rest as shipping. Tax is in proportion. What was paid beyond the total of an order that was made smaller is
-- no refund of goods sold: it is left out of the amounts, first of all.
SELECT
    r.id AS refund_id,
    o.id AS transaction_id,
    returned.line_id AS transaction_item_id,
    method.id AS payment_method_id,
    o."currencyCode" AS currency,
    coalesce(returned.quantity, 0)::numeric(14, 3) AS quantity,
    (parts.goods - parts.goods_tax)::numeric(18, 4) AS goods_amount,
    (parts.shipping - parts.shipping_tax)::numeric(18, 4) AS shipping_amount,
    (parts.goods_tax + parts.shipping_tax)::numeric(18, 4) AS tax_amount,
    coalesce(nullif(r.reason, ''), 'unknown') AS reason,
    r."createdAt" AT TIME ZONE 'UTC' AS created_at,
    greatest(
        r."updatedAt", p."updatedAt", o."updatedAt", ordered.updated_at, shipping.updated_at, captured.updated_at,
        other.updated_at, returned.updated_at
    ) AT TIME ZONE 'UTC' AS updated_at
FROM public.refund AS r
JOIN public.payment AS p ON p.id = r."paymentId"
JOIN public."order" AS o ON o.id = p."orderId"
LEFT JOIN LATERAL (SELECT min(m.id) AS id FROM public.payment_method AS m WHERE m.code = r.method) AS method ON TRUE
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN o."currencyCode" IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV',
            'XAF', 'XOF', 'XPF') THEN 0
        ELSE 2
    END AS digits
) AS unit
-- What the order's goods were sold for, with tax; as in transactions.
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(round(
            (price.gross - price.discount) * CASE WHEN l."listPriceIncludesTax" THEN 1 ELSE 1 + tax.rate END, 2
        )), 0) AS goods,
        coalesce(sum(round(
            (price.gross - price.discount) * tax.rate / CASE WHEN l."listPriceIncludesTax" THEN 1 + tax.rate ELSE 1 END, 2
        )), 0) AS tax,
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
) AS ordered
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(price.amount * CASE WHEN s."listPriceIncludesTax" THEN 1 ELSE 1 + tax.rate END), 0) AS amount,
        coalesce(sum(price.amount * tax.rate / CASE WHEN s."listPriceIncludesTax" THEN 1 + tax.rate ELSE 1 END), 0) AS tax,
        max(s."updatedAt") AS updated_at
    FROM public.shipping_line AS s
    CROSS JOIN LATERAL (
        SELECT coalesce(sum((t.value ->> 'taxRate')::numeric), 0) / 100 AS rate
        FROM jsonb_array_elements(s."taxLines"::jsonb) AS t
    ) AS tax
    CROSS JOIN LATERAL (
        SELECT (s."listPrice" + coalesce(sum((a.value ->> 'amount')::numeric) FILTER (
            WHERE o.state <> 'Cancelled' OR a.value ->> 'adjustmentSource' <> 'CANCEL_ORDER'
        ), 0)) / 100.0 AS amount
        FROM jsonb_array_elements(s.adjustments::jsonb) AS a
    ) AS price
    WHERE s."orderId" = o.id
) AS shipping
CROSS JOIN LATERAL (
    SELECT coalesce(sum(q.amount), 0) / 100.0 AS amount, max(q."updatedAt") AS updated_at
    FROM public.payment AS q
    WHERE q."orderId" = o.id AND q.state = 'Settled'
) AS captured
-- Refunds before this one; and those of the same request, which is one row for each payment, with the same lines.
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(e.total) FILTER (WHERE (e."createdAt", e.id) < (r."createdAt", r.id)), 0) / 100.0 AS earlier,
        coalesce(sum(e.total) FILTER (
            WHERE e.id < r.id AND e."paymentId" <> r."paymentId" AND r."createdAt" - e."createdAt" < INTERVAL '10 seconds'
        ), 0) / 100.0 AS same_request,
        max(e."updatedAt") AS updated_at
    FROM public.refund AS e
    JOIN public.payment AS q ON q.id = e."paymentId"
    WHERE q."orderId" = o.id AND e.state = 'Settled'
) AS other
-- The refund's lines at their discounted prices.
LEFT JOIN LATERAL (
    SELECT
        sum(round(
            (price.gross - price.discount) * CASE WHEN l."listPriceIncludesTax" THEN 1 ELSE 1 + tax.rate END
            * f.quantity / nullif(sold.quantity, 0), 2
        )) AS goods,
        sum(
            (price.gross - price.discount) * tax.rate / CASE WHEN l."listPriceIncludesTax" THEN 1 + tax.rate ELSE 1 END
            * f.quantity / nullif(sold.quantity, 0)
        ) AS tax,
        CASE WHEN count(*) = 1 THEN min(l.id) END AS line_id,
        CASE WHEN count(*) = 1 THEN sum(f.quantity) END AS quantity,
        max(f."updatedAt") AS updated_at
    FROM public.order_line_reference AS f
    JOIN public.order_line AS l ON l.id = f."orderLineId"
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
    WHERE f."refundId" = r.id AND f.discriminator = 'RefundLine'
    HAVING sum(price.gross - price.discount) > 0
) AS returned ON TRUE
-- The parts of all refunds up to this one, less those of the refunds before it: no cent is lost by rounding.
CROSS JOIN LATERAL (
    SELECT
        sum(step.sign * part.goods) AS goods,
        coalesce(sum(step.sign * round(part.goods * ordered.tax / nullif(ordered.goods, 0), unit.digits)), 0) AS goods_tax,
        sum(step.sign * part.shipping) AS shipping
    FROM (VALUES (-1, other.earlier), (1, other.earlier + r.total / 100.0)) AS step (sign, refunded)
    CROSS JOIN LATERAL (
        SELECT greatest(step.refunded - greatest(captured.amount - ordered.beyond - CASE
            WHEN o.state = 'Cancelled' THEN shipping.amount ELSE (o."subTotalWithTax" + o."shippingWithTax") / 100.0
        END, 0), 0) AS counted
    ) AS back
    CROSS JOIN LATERAL (
        SELECT least(back.counted, ordered.goods) AS goods, greatest(back.counted - ordered.goods, 0) AS shipping
    ) AS part
) AS in_turn
CROSS JOIN LATERAL (
    SELECT
        CASE
            WHEN returned.goods IS NULL THEN in_turn.goods
            ELSE least(greatest(returned.goods - other.same_request, 0), r.total / 100.0)
        END AS goods
) AS goods
CROSS JOIN LATERAL (
    SELECT
        goods.goods,
        CASE
            WHEN returned.goods IS NULL THEN in_turn.goods_tax
            ELSE round(goods.goods * returned.tax / returned.goods, unit.digits)
        END AS goods_tax,
        CASE WHEN returned.goods IS NULL THEN in_turn.shipping ELSE r.total / 100.0 - goods.goods END AS shipping
) AS of_goods
CROSS JOIN LATERAL (
    SELECT
        of_goods.goods,
        of_goods.goods_tax,
        of_goods.shipping,
        coalesce(round(
            least(of_goods.shipping, shipping.amount) * shipping.tax / nullif(shipping.amount, 0), unit.digits
        ), 0) AS shipping_tax
) AS parts
WHERE r.state = 'Settled' AND o."orderPlacedAt" IS NOT NULL AND o.type <> 'Seller'
