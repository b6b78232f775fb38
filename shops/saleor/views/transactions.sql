-- One row per placed order. Checkouts are in other tables; drafts, and orders that expired unpaid, are no orders.
-- Saleor stores each amount with and without tax: prices are taken without, and the tax on top.
SELECT
    o.id AS transaction_id,
    o.user_id::text AS customer_id,
    CASE WHEN o.user_id IS NULL THEN nullif(o.user_email, '') END AS guest_email,
    channel.name AS channel,
    o.currency,
    nullif(o.voucher_code, '') AS coupon_code,
    o.lines_count AS line_count,
    -- Discounts of the order are in the totals of its lines and shipping: there is none apart.
    o.shipping_price_net_amount::numeric(18, 4) AS shipping_amount,
    (
        o.subtotal_gross_amount - o.subtotal_net_amount + o.shipping_price_gross_amount - o.shipping_price_net_amount
    )::numeric(18, 4) AS tax_amount,
    -- Gift cards of the older kind lower the total; those since 3.23 are payments.
    (o.total_gross_amount - o.subtotal_gross_amount - o.shipping_price_gross_amount)::numeric(18, 4) AS other_amount,
    o.total_gross_amount::numeric(18, 4) AS total_amount,
    o.status,
    -- The state's change and its event are written together.
    CASE WHEN o.status = 'canceled' THEN coalesce(
        (SELECT max(e.date) FROM public.order_orderevent AS e WHERE e.order_id = o.id AND e.type = 'canceled'),
        o.updated_at
    ) END AS cancelled_at,
    o.created_at,
    -- It moves with edits, states and payments, and has an index.
    o.updated_at
FROM public.order_order AS o
JOIN public.channel_channel AS channel ON channel.id = o.channel_id
WHERE o.status NOT IN ('draft', 'expired')
