-- One row per refund, and per return that was paid back as store credit, whose keys are negative. What was returned says
-- which part is goods and which is tax; without a return the amount counts as goods first, the rest as shipping, with tax in
-- proportion. What was paid beyond the total of an order that was made smaller is no refund of goods sold: it is left out
-- of the amounts, first of all.
SELECT
    r.id AS refund_id,
    o.id AS transaction_id,
    returned.line_id AS transaction_item_id,
    r.payment_method_id,
    o.currency,
    coalesce(returned.quantity, 0)::numeric(14, 3) AS quantity,
    (parts.goods - parts.goods_tax)::numeric(18, 4) AS goods_amount,
    (parts.shipping - parts.shipping_tax)::numeric(18, 4) AS shipping_amount,
    (parts.goods_tax + parts.shipping_tax)::numeric(18, 4) AS tax_amount,
    coalesce(r.reason, 'unknown') AS reason,
    r.created_at AT TIME ZONE 'UTC' AS created_at,
    greatest(
        r.updated_at, o.updated_at, lines.updated_at, shipments.updated_at, own.updated_at, captured.updated_at,
        earlier.updated_at, returned.updated_at
    ) AT TIME ZONE 'UTC' AS updated_at
FROM (
    SELECT
        f.id, p.order_id, p.payment_method_id, f.amount, f.reimbursement_id, reason.name AS reason, f.created_at,
        greatest(f.updated_at, p.updated_at) AS updated_at
    FROM public.spree_refunds AS f
    JOIN public.spree_payments AS p ON p.id = f.payment_id
    LEFT JOIN public.spree_refund_reasons AS reason ON reason.id = f.refund_reason_id
    -- Solidus writes a refund before it asks the gateway.
    WHERE f.transaction_id IS NOT NULL
    UNION ALL
    SELECT -c.id, b.order_id, NULL, c.amount, b.id, 'store credit', c.created_at, greatest(c.updated_at, b.updated_at)
    FROM public.spree_reimbursement_credits AS c
    JOIN public.spree_reimbursements AS b ON b.id = c.reimbursement_id
) AS r
JOIN public.spree_orders AS o ON o.id = r.order_id
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN o.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV',
            'XAF', 'XOF', 'XPF') THEN 0
        ELSE 2
    END AS digits
) AS unit
-- Goods with tax. The amount of Spree is without any tax, that of Solidus includes the tax that prices include.
LEFT JOIN LATERAL (
    SELECT
        sum(coalesce(i.pre_tax_amount + i.included_tax_total, i.amount) + i.additional_tax_total) AS goods,
        sum(i.included_tax_total + i.additional_tax_total) AS tax,
        -- Of one line only, that line is named.
        CASE WHEN count(DISTINCT u.line_item_id) = 1 THEN min(u.line_item_id) END AS line_id,
        CASE WHEN count(DISTINCT u.line_item_id) = 1 THEN sum(coalesce(u.quantity, 1)) END AS quantity,
        max(i.updated_at) AS updated_at
    FROM public.spree_return_items AS i
    JOIN public.spree_inventory_units AS u ON u.id = i.inventory_unit_id
    WHERE i.reimbursement_id = r.reimbursement_id
    HAVING sum(coalesce(i.pre_tax_amount, i.amount)) > 0
) AS returned ON TRUE
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(greatest(coalesce(l.additional_tax_total, 0) - coalesce(l.adjustment_total, 0), 0)), 0) AS discount,
        coalesce(sum(l.additional_tax_total), 0) AS tax_on_top,
        coalesce(sum(coalesce(l.additional_tax_total, 0) + l.included_tax_total), 0) AS tax,
        max(l.updated_at) AS updated_at
    FROM public.spree_line_items AS l
    WHERE l.order_id = o.id
) AS lines
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(s.cost + coalesce(s.adjustment_total, 0)), 0) AS amount,
        coalesce(sum(coalesce(s.additional_tax_total, 0) + s.included_tax_total), 0) AS tax,
        max(s.updated_at) AS updated_at
    FROM public.spree_shipments AS s
    WHERE s.order_id = o.id
) AS shipments
CROSS JOIN LATERAL (
    SELECT coalesce(-sum(a.amount) FILTER (WHERE a.amount < 0), 0) AS discount, max(a.updated_at) AS updated_at
    FROM public.spree_adjustments AS a
    WHERE a.adjustable_type = 'Spree::Order' AND a.adjustable_id = o.id AND a.eligible IS NOT FALSE
        AND a.source_type IS DISTINCT FROM 'Spree::TaxRate'
) AS own
CROSS JOIN LATERAL (
    SELECT coalesce(sum(p.amount), 0) AS amount, max(p.updated_at) AS updated_at
    FROM public.spree_payments AS p
    WHERE p.order_id = o.id AND p.state = 'completed' AND p.amount > 0
) AS captured
CROSS JOIN LATERAL (
    SELECT coalesce(sum(e.amount), 0) AS amount, max(e.updated_at) AS updated_at
    FROM public.spree_refunds AS e
    JOIN public.spree_payments AS p ON p.id = e.payment_id
    WHERE p.order_id = o.id AND e.transaction_id IS NOT NULL AND (e.created_at, e.id) < (r.created_at, r.id)
) AS earlier
CROSS JOIN LATERAL (
    SELECT o.item_total - lines.discount - own.discount + lines.tax_on_top AS goods
) AS ordered
-- The parts of all refunds up to this one, less those of the refunds before it: no cent is lost by rounding.
CROSS JOIN LATERAL (
    SELECT
        sum(step.sign * part.goods) AS goods,
        coalesce(sum(step.sign * round(part.goods * lines.tax / nullif(ordered.goods, 0), unit.digits)), 0) AS goods_tax,
        sum(step.sign * part.shipping) AS shipping,
        coalesce(sum(step.sign * round(
            least(part.shipping, shipments.amount) * shipments.tax / nullif(shipments.amount, 0), unit.digits
        )), 0) AS shipping_tax
    FROM (VALUES (-1, earlier.amount), (1, earlier.amount + r.amount)) AS step (sign, refunded)
    CROSS JOIN LATERAL (
        SELECT greatest(step.refunded - greatest(captured.amount - o.total, 0), 0) AS counted
    ) AS back
    CROSS JOIN LATERAL (
        SELECT least(back.counted, ordered.goods) AS goods, greatest(back.counted - ordered.goods, 0) AS shipping
    ) AS part
) AS in_turn
CROSS JOIN LATERAL (
    SELECT
        CASE WHEN returned.goods IS NULL THEN in_turn.goods ELSE r.amount END AS goods,
        CASE
            WHEN returned.goods IS NULL THEN in_turn.goods_tax
            ELSE round(r.amount * returned.tax / returned.goods, unit.digits)
        END AS goods_tax,
        CASE WHEN returned.goods IS NULL THEN in_turn.shipping ELSE 0 END AS shipping,
        CASE WHEN returned.goods IS NULL THEN in_turn.shipping_tax ELSE 0 END AS shipping_tax
) AS parts
WHERE o.completed_at IS NOT NULL
