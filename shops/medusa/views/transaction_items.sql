-- One row per line of the order's current version. A line that an edit has removed is in earlier versions only.
SELECT
    li.id AS transaction_item_id,
    oi.order_id AS transaction_id,
    -- None of a line without a product of the catalogue.
    li.variant_id AS product_id,
    oi.quantity::numeric(14, 3) AS quantity,
    coalesce(oi.unit_price, li.unit_price)::numeric(18, 6) AS unit_price,
    round(price.gross, unit.digits)::numeric(18, 4) AS gross_amount,
    -- The line's share of discounts of the order is in it.
    round(discount.amount, unit.digits)::numeric(18, 4) AS discount_amount,
    round(
        CASE WHEN li.is_tax_inclusive THEN (price.gross - discount.amount) * tax.rate / (1 + tax.rate) ELSE 0 END,
        unit.digits
    )::numeric(18, 4) AS tax_amount,
    li.created_at,
    -- The order's too: an edit may change no line but the version.
    greatest(o.updated_at, oi.updated_at, li.updated_at, tax.updated_at, discount.updated_at) AS updated_at
FROM public.order_item AS oi
JOIN public."order" AS o ON o.id = oi.order_id AND o.version = oi.version
JOIN public.order_line_item AS li ON li.id = oi.item_id
CROSS JOIN LATERAL (
    SELECT coalesce((SELECT c.decimal_digits FROM public.currency AS c WHERE c.code = o.currency_code), 2) AS digits
) AS unit
CROSS JOIN LATERAL (SELECT oi.quantity * coalesce(oi.unit_price, li.unit_price) AS gross) AS price
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
WHERE oi.deleted_at IS NULL AND oi.quantity > 0
    AND o.deleted_at IS NULL AND NOT o.is_draft_order AND o.status::text <> 'draft'
