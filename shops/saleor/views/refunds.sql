-- One row per refund that succeeded, of either payment API, or charge-back. A granted refund says what it is for; of others
-- the amount counts as goods first, the rest as shipping. Tax is in proportion. What was paid beyond the total of an order that
-- was made smaller is no refund of goods sold: it is left out of the amounts, first of all.
SELECT
    r.id AS refund_id,
    o.id AS transaction_id,
    granted.line_id AS transaction_item_id,
    r.method AS payment_method_id,
    o.currency,
    coalesce(granted.quantity, 0)::numeric(14, 3) AS quantity,
    (parts.goods - parts.goods_tax)::numeric(18, 4) AS goods_amount,
    (parts.shipping - parts.shipping_tax)::numeric(18, 4) AS shipping_amount,
    (parts.goods_tax + parts.shipping_tax)::numeric(18, 4) AS tax_amount,
    coalesce(nullif(granted.reason, ''), r.reason, 'unknown') AS reason,
    r.created_at,
    greatest(r.created_at, r.updated_at, o.updated_at, granted.updated_at, fulfilment.created_at) AS updated_at
FROM (
    SELECT
        'payment ' || t.id AS id,
        p.order_id,
        p.gateway AS method,
        t.amount,
        NULL::integer AS granted_refund_id,
        NULL AS reason,
        t.created_at,
        p.modified_at AS updated_at
    FROM public.payment_transaction AS t
    JOIN public.payment_payment AS p ON p.id = t.payment_id
    WHERE t.kind = 'refund' AND t.is_success AND NOT t.action_required
        AND NOT EXISTS (
            SELECT FROM public.payment_transaction AS f
            WHERE f.payment_id = t.payment_id AND f.kind = 'refund_reversed' AND f.token = t.token AND f.id > t.id
        )
    UNION ALL
    SELECT
        'transaction ' || e.id,
        i.order_id,
        coalesce(nullif(i.payment_method_type, ''), nullif(i.name, ''), 'unknown'),
        e.amount_value,
        e.related_granted_refund_id,
        CASE e.type WHEN 'charge_back' THEN 'charge_back' END,
        e.created_at,
        i.modified_at
    FROM public.payment_transactionevent AS e
    JOIN public.payment_transactionitem AS i ON i.id = e.transaction_id
    WHERE e.type IN ('refund_success', 'charge_back') AND e.include_in_calculations
        AND NOT EXISTS (
            SELECT FROM public.payment_transactionevent AS f
            WHERE f.transaction_id = e.transaction_id AND f.type IN ('refund_reverse', 'refund_failure')
                AND f.psp_reference = e.psp_reference AND f.id > e.id
        )
) AS r
JOIN public.order_order AS o ON o.id = r.order_id
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN o.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV',
            'XAF', 'XOF', 'XPF') THEN 0
        WHEN o.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 3
        ELSE 2
    END AS digits
) AS unit
-- What a granted refund says: goods with tax by its lines, and whether shipping is in it. Of one line, that line is named.
LEFT JOIN LATERAL (
    SELECT
        g.reason,
        g.updated_at,
        g.shipping_costs_included,
        CASE WHEN count(l.id) = 1 THEN min(l.id::text)::uuid END AS line_id,
        CASE WHEN count(l.id) = 1 THEN sum(line.quantity) END AS quantity,
        sum(line.quantity * l.unit_price_gross_amount) AS goods,
        sum(line.quantity * (l.unit_price_gross_amount - l.unit_price_net_amount)) AS goods_tax
    FROM public.order_ordergrantedrefund AS g
    LEFT JOIN public.order_ordergrantedrefundline AS line ON line.granted_refund_id = g.id
    LEFT JOIN public.order_orderline AS l ON l.id = line.order_line_id
    WHERE g.id = r.granted_refund_id
    GROUP BY g.id
) AS granted ON TRUE
-- No key ties a refund of the older API to the return that it is for: that of the same amount, the nearest in time.
LEFT JOIN LATERAL (
    SELECT f.shipping_refund_amount AS shipping, f.created_at
    FROM public.order_fulfillment AS f
    WHERE f.order_id = o.id AND f.status IN ('refunded', 'refunded_and_returned')
        AND f.total_refund_amount = r.amount AND f.shipping_refund_amount IS NOT NULL
    ORDER BY abs(extract(epoch FROM f.created_at - r.created_at)), f.id
    LIMIT 1
) AS fulfilment ON r.granted_refund_id IS NULL
-- All refunds of the order; and those before this one, but for shipping that they name.
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(a.amount), 0) AS amount,
        coalesce(sum(a.amount - a.shipping) FILTER (WHERE (a.created_at, a.id) < (r.created_at, r.id)), 0) AS earlier
    FROM (
        SELECT 'payment ' || t.id AS id, t.amount, 0 AS shipping, t.created_at
        FROM public.payment_transaction AS t
        JOIN public.payment_payment AS p ON p.id = t.payment_id
        WHERE p.order_id = o.id AND t.kind = 'refund' AND t.is_success AND NOT t.action_required
        UNION ALL
        SELECT
            'transaction ' || e.id,
            e.amount_value,
            CASE WHEN g.shipping_costs_included THEN least(o.shipping_price_gross_amount, e.amount_value) ELSE 0 END,
            e.created_at
        FROM public.payment_transactionevent AS e
        JOIN public.payment_transactionitem AS i ON i.id = e.transaction_id
        LEFT JOIN public.order_ordergrantedrefund AS g ON g.id = e.related_granted_refund_id
        WHERE i.order_id = o.id AND e.type IN ('refund_success', 'charge_back') AND e.include_in_calculations
    ) AS a
) AS refunded
-- `total_charged_amount` is what was charged, less all refunds.
CROSS JOIN LATERAL (
    SELECT
        o.subtotal_gross_amount AS goods,
        o.shipping_price_gross_amount AS shipping,
        greatest(o.total_charged_amount + refunded.amount - o.total_gross_amount, 0) AS beyond
) AS ordered
CROSS JOIN LATERAL (
    SELECT
        sum(step.sign * least(back.counted, ordered.goods)) AS goods,
        sum(step.sign * greatest(back.counted - ordered.goods, 0)) AS shipping
    FROM (VALUES (-1, refunded.earlier), (1, refunded.earlier + r.amount)) AS step (sign, amount)
    CROSS JOIN LATERAL (SELECT greatest(step.amount - ordered.beyond, 0) AS counted) AS back
) AS in_turn
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN granted.shipping_costs_included THEN least(ordered.shipping, r.amount)
        WHEN r.granted_refund_id IS NOT NULL THEN 0
        ELSE coalesce(fulfilment.shipping, in_turn.shipping)
    END AS amount
) AS shipping
CROSS JOIN LATERAL (
    SELECT
        CASE
            WHEN r.granted_refund_id IS NULL AND fulfilment.shipping IS NULL THEN in_turn.goods
            ELSE r.amount - shipping.amount
        END AS amount
) AS goods
CROSS JOIN LATERAL (
    SELECT
        goods.amount AS goods,
        shipping.amount AS shipping,
        coalesce(round(goods.amount * coalesce(
            granted.goods_tax / nullif(granted.goods, 0),
            (o.subtotal_gross_amount - o.subtotal_net_amount) / nullif(o.subtotal_gross_amount, 0)
        ), unit.digits), 0) AS goods_tax,
        coalesce(round(
            least(shipping.amount, ordered.shipping)
            * (o.shipping_price_gross_amount - o.shipping_price_net_amount) / nullif(o.shipping_price_gross_amount, 0), unit.digits
        ), 0) AS shipping_tax
) AS parts
WHERE o.status NOT IN ('draft', 'expired')
