-- One row per refund. Medusa stores its amount only, with tax and shipping: it counts as goods first, the rest as shipping,
-- with tax in proportion. What was paid beyond the total of an order that an edit made smaller is no refund of goods
-- sold: it is left out of the amounts, first of all.
SELECT
    r.id AS refund_id,
    o.id AS transaction_id,
    p.provider_id AS payment_method_id,
    upper(o.currency_code) AS currency,
    (parts.goods - parts.goods_tax)::numeric(18, 4) AS goods_amount,
    (parts.shipping - parts.shipping_tax)::numeric(18, 4) AS shipping_amount,
    (parts.goods_tax + parts.shipping_tax)::numeric(18, 4) AS tax_amount,
    coalesce(reason.label, r.note, 'unknown') AS reason,
    r.created_at,
    greatest(r.updated_at, o.updated_at, ordered.updated_at, shipping.updated_at, captured.updated_at,
        earlier.updated_at, reason.updated_at) AS updated_at
FROM public.refund AS r
JOIN public.payment AS p ON p.id = r.payment_id
JOIN public.order_payment_collection AS link
    ON link.payment_collection_id = p.payment_collection_id AND link.deleted_at IS NULL
JOIN public."order" AS o ON o.id = link.order_id
LEFT JOIN public.refund_reason AS reason ON reason.id = r.refund_reason_id
CROSS JOIN LATERAL (
    SELECT coalesce((SELECT c.decimal_digits FROM public.currency AS c WHERE c.code = o.currency_code), 2) AS digits
) AS unit
-- Goods of the order after discounts, with tax; as in transactions.
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(paid.net * CASE WHEN li.is_tax_inclusive THEN 1 ELSE 1 + tax.rate END), 0) AS amount,
        coalesce(sum(paid.net * tax.rate / CASE WHEN li.is_tax_inclusive THEN 1 + tax.rate ELSE 1 END), 0) AS tax,
        max(greatest(oi.updated_at, li.updated_at, tax.updated_at, discount.updated_at)) AS updated_at
    FROM public.order_item AS oi
    JOIN public.order_line_item AS li ON li.id = oi.item_id
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(t.rate), 0) / 100 AS rate, max(t.updated_at) AS updated_at
        FROM public.order_line_item_tax_line AS t
        WHERE t.item_id = li.id AND t.deleted_at IS NULL
    ) AS tax
    CROSS JOIN LATERAL (
        SELECT
            coalesce(sum(a.amount * CASE
                WHEN li.is_tax_inclusive AND NOT a.is_tax_inclusive THEN 1 + tax.rate
                WHEN NOT li.is_tax_inclusive AND a.is_tax_inclusive THEN 1 / (1 + tax.rate)
                ELSE 1
            END), 0) AS amount,
            max(a.updated_at) AS updated_at
        FROM public.order_line_item_adjustment AS a
        WHERE a.item_id = li.id AND a.deleted_at IS NULL AND coalesce(a.version, oi.version) = oi.version
    ) AS discount
    CROSS JOIN LATERAL (SELECT oi.quantity * coalesce(oi.unit_price, li.unit_price) - discount.amount AS net) AS paid
    WHERE oi.order_id = o.id AND oi.version = o.version AND oi.deleted_at IS NULL AND oi.quantity > 0
) AS ordered
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(paid.net * CASE WHEN m.is_tax_inclusive THEN 1 ELSE 1 + tax.rate END), 0) AS amount,
        coalesce(sum(paid.net * tax.rate / CASE WHEN m.is_tax_inclusive THEN 1 + tax.rate ELSE 1 END), 0) AS tax,
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
        SELECT m.amount - discount.amount * CASE WHEN m.is_tax_inclusive THEN 1 + tax.rate ELSE 1 END AS net
    ) AS paid
    WHERE os.order_id = o.id AND os.version = o.version AND os.deleted_at IS NULL
) AS shipping
CROSS JOIN LATERAL (
    SELECT coalesce(sum(c.amount), 0) AS amount, max(c.updated_at) AS updated_at
    FROM public.order_payment_collection AS l
    JOIN public.payment AS q ON q.payment_collection_id = l.payment_collection_id
    JOIN public.capture AS c ON c.payment_id = q.id
    WHERE l.order_id = o.id AND l.deleted_at IS NULL AND c.deleted_at IS NULL
) AS captured
CROSS JOIN LATERAL (
    SELECT coalesce(sum(e.amount), 0) AS amount, max(e.updated_at) AS updated_at
    FROM public.order_payment_collection AS l
    JOIN public.payment AS q ON q.payment_collection_id = l.payment_collection_id
    JOIN public.refund AS e ON e.payment_id = q.id
    WHERE l.order_id = o.id AND l.deleted_at IS NULL AND e.deleted_at IS NULL
        AND (e.created_at, e.id) < (r.created_at, r.id)
) AS earlier
-- The parts of all refunds up to this one, less those of the refunds before it: no cent is lost by rounding.
CROSS JOIN LATERAL (
    SELECT
        sum(step.sign * part.goods) AS goods,
        coalesce(sum(step.sign * round(part.goods * ordered.tax / nullif(ordered.amount, 0), unit.digits)), 0) AS goods_tax,
        sum(step.sign * part.shipping) AS shipping,
        coalesce(sum(step.sign * round(
            least(part.shipping, shipping.amount) * shipping.tax / nullif(shipping.amount, 0), unit.digits
        )), 0) AS shipping_tax
    FROM (VALUES (-1, earlier.amount), (1, earlier.amount + r.amount)) AS step (sign, refunded)
    CROSS JOIN LATERAL (
        SELECT greatest(
            step.refunded - greatest(captured.amount - round(ordered.amount + shipping.amount, unit.digits), 0), 0
        ) AS counted
    ) AS back
    CROSS JOIN LATERAL (
        SELECT
            least(back.counted, round(ordered.amount, unit.digits)) AS goods,
            greatest(back.counted - round(ordered.amount, unit.digits), 0) AS shipping
    ) AS part
) AS parts
WHERE r.deleted_at IS NULL
    AND o.deleted_at IS NULL AND NOT o.is_draft_order AND o.status::text <> 'draft'
