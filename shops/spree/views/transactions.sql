-- One row per placed order. Carts are in the same table, without `completed_at`.
SELECT
    o.id AS transaction_id,
    o.user_id AS customer_id,
    CASE WHEN o.user_id IS NULL THEN o.email END AS guest_email,
    coalesce(nullif(o.channel, ''), 'unknown') AS channel,
    o.currency,
    (
        SELECT min(p.code)
        FROM public.spree_order_promotions AS used
        JOIN public.spree_promotions AS p ON p.id = used.promotion_id
        WHERE used.order_id = o.id
    ) AS coupon_code,
    o.item_total::numeric(18, 4) AS gross_amount,
    own.discount::numeric(18, 4) AS discount_amount,
    -- After discounts; with the tax that its price includes.
    shipments.amount::numeric(18, 4) AS shipping_amount,
    coalesce(o.additional_tax_total, 0)::numeric(18, 4) AS tax_amount,
    -- Fees, which are positive adjustments of the order or its lines.
    (
        o.total - o.item_total + lines.discount + own.discount - shipments.amount - coalesce(o.additional_tax_total, 0)
    )::numeric(18, 4) AS other_amount,
    o.total::numeric(18, 4) AS total_amount,
    o.state AS status,
    -- A resumed order keeps `canceled_at`, and not every way to cancel fills it: the state decides.
    CASE WHEN o.state IN ('canceled', 'partially_canceled') OR o.status = 'canceled'
        THEN coalesce(o.canceled_at, o.updated_at) AT TIME ZONE 'UTC' END AS cancelled_at,
    o.completed_at AT TIME ZONE 'UTC' AS created_at,
    greatest(o.updated_at, lines.updated_at, shipments.updated_at, own.updated_at) AT TIME ZONE 'UTC' AS updated_at
FROM public.spree_orders AS o
CROSS JOIN LATERAL (
    -- All adjustments but tax: promotions, cancelled units, manual ones.
    SELECT
        coalesce(sum(greatest(coalesce(l.additional_tax_total, 0) - coalesce(l.adjustment_total, 0), 0)), 0) AS discount,
        max(l.updated_at) AS updated_at
    FROM public.spree_line_items AS l
    WHERE l.order_id = o.id
) AS lines
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(s.cost + coalesce(s.adjustment_total, 0) - coalesce(s.additional_tax_total, 0)), 0) AS amount,
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
WHERE o.completed_at IS NOT NULL
