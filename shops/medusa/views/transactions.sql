-- One row per placed order. Carts are in other tables; drafts and deleted orders are no orders.
SELECT
    o.id AS transaction_id,
    -- Guests have a row in customer too, without an account.
    CASE WHEN buyer.has_account IS NOT FALSE THEN o.customer_id END AS customer_id,
    CASE WHEN o.customer_id IS NULL OR NOT buyer.has_account THEN o.email END AS guest_email,
    coalesce(channel.name, 'unknown') AS channel,
    paid.payment_method_id,
    upper(o.currency_code) AS currency,
    lines.coupon_code,
    lines.line_count::integer AS line_count,
    lines.gross_amount::numeric(18, 4) AS gross_amount,
    -- Medusa spreads discounts of an order over its lines and shipping: there is none apart.
    round(shipping.amount, unit.digits)::numeric(18, 4) AS shipping_amount,
    round(lines.tax_on_top + shipping.tax_on_top, unit.digits)::numeric(18, 4) AS tax_amount,
    -- Medusa computes with all digits and rounds the total once; we round each part.
    (
        total.amount - lines.gross_amount + lines.discount_amount - round(shipping.amount, unit.digits)
        - round(lines.tax_on_top + shipping.tax_on_top, unit.digits)
    )::numeric(18, 4) AS other_amount,
    total.amount::numeric(18, 4) AS total_amount,
    o.status::text AS status,
    -- A cancelled order that is archived keeps the time; its state is then 'archived'.
    coalesce(o.canceled_at, CASE WHEN o.status::text = 'canceled' THEN o.updated_at END) AS cancelled_at,
    o.created_at,
    greatest(o.updated_at, lines.updated_at, shipping.updated_at, paid.updated_at) AS updated_at
FROM public."order" AS o
LEFT JOIN public.customer AS buyer ON buyer.id = o.customer_id
LEFT JOIN public.sales_channel AS channel ON channel.id = o.sales_channel_id
CROSS JOIN LATERAL (
    SELECT coalesce((SELECT c.decimal_digits FROM public.currency AS c WHERE c.code = o.currency_code), 2) AS digits
) AS unit
-- The lines of the order's current version: an edit writes all lines again under the next one.
CROSS JOIN LATERAL (
    SELECT
        count(*) AS line_count,
        coalesce(sum(round(price.gross, unit.digits)), 0) AS gross_amount,
        coalesce(sum(round(discount.amount, unit.digits)), 0) AS discount_amount,
        coalesce(sum(CASE WHEN li.is_tax_inclusive THEN 0 ELSE (price.gross - discount.amount) * tax.rate END), 0)
            AS tax_on_top,
        coalesce(sum(price.gross - discount.amount), 0) AS amount,
        min(discount.code) AS coupon_code,
        max(greatest(oi.updated_at, li.updated_at, tax.updated_at, discount.updated_at)) AS updated_at
    FROM public.order_item AS oi
    JOIN public.order_line_item AS li ON li.id = oi.item_id
    CROSS JOIN LATERAL (SELECT oi.quantity * coalesce(oi.unit_price, li.unit_price) AS gross) AS price
    CROSS JOIN LATERAL (
        -- Rates in per cent, several add up. Amounts of tax are not stored.
        SELECT coalesce(sum(t.rate), 0) / 100 AS rate, max(t.updated_at) AS updated_at
        FROM public.order_line_item_tax_line AS t
        WHERE t.item_id = li.id AND t.deleted_at IS NULL
    ) AS tax
    CROSS JOIN LATERAL (
        -- In the terms of the line's price: with tax if that includes it.
        SELECT
            coalesce(sum(a.amount * CASE
                WHEN li.is_tax_inclusive AND NOT a.is_tax_inclusive THEN 1 + tax.rate
                WHEN NOT li.is_tax_inclusive AND a.is_tax_inclusive THEN 1 / (1 + tax.rate)
                ELSE 1
            END), 0) AS amount,
            min(a.code) AS code,
            max(a.updated_at) AS updated_at
        FROM public.order_line_item_adjustment AS a
        WHERE a.item_id = li.id AND a.deleted_at IS NULL AND coalesce(a.version, oi.version) = oi.version
    ) AS discount
    WHERE oi.order_id = o.id AND oi.version = o.version AND oi.deleted_at IS NULL AND oi.quantity > 0
) AS lines
-- Shipping after its discount, which is without tax.
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(price.amount), 0) AS amount,
        coalesce(sum(CASE WHEN m.is_tax_inclusive THEN 0 ELSE price.amount * tax.rate END), 0) AS tax_on_top,
        max(greatest(os.updated_at, m.updated_at, tax.updated_at, discount.updated_at)) AS updated_at
    FROM public.order_shipping AS os
    JOIN public.order_shipping_method AS m ON m.id = os.shipping_method_id
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(t.rate), 0) / 100 AS rate, max(t.updated_at) AS updated_at
        FROM public.order_shipping_method_tax_line AS t
        WHERE t.shipping_method_id = m.id AND t.deleted_at IS NULL
    ) AS tax
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(a.amount), 0) AS amount, max(a.updated_at) AS updated_at
        FROM public.order_shipping_method_adjustment AS a
        WHERE a.shipping_method_id = m.id AND a.deleted_at IS NULL AND coalesce(a.version, os.version) = os.version
    ) AS discount
    CROSS JOIN LATERAL (
        SELECT m.amount - discount.amount * CASE WHEN m.is_tax_inclusive THEN 1 + tax.rate ELSE 1 END AS amount
    ) AS price
    WHERE os.order_id = o.id AND os.version = o.version AND os.deleted_at IS NULL
) AS shipping
CROSS JOIN LATERAL (
    SELECT round(lines.amount + lines.tax_on_top + shipping.amount + shipping.tax_on_top, unit.digits) AS amount
) AS total
LEFT JOIN LATERAL (
    SELECT p.provider_id AS payment_method_id, p.updated_at
    FROM public.order_payment_collection AS link
    JOIN public.payment AS p ON p.payment_collection_id = link.payment_collection_id
    WHERE link.order_id = o.id AND link.deleted_at IS NULL AND p.deleted_at IS NULL
    ORDER BY p.created_at, p.id
    LIMIT 1
) AS paid ON TRUE
WHERE o.deleted_at IS NULL AND NOT o.is_draft_order AND o.status::text <> 'draft'
