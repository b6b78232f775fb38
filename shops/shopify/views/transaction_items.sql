-- One row per line of goods, with the units that no edit has removed. Gift cards that were sold are no goods.
SELECT
    l.id AS transaction_item_id,
    l.order_id AS transaction_id,
    -- None of a variant that was deleted.
    l.variant_id AS product_id,
    kept.quantity::numeric(14, 3) AS quantity,
    l.price::numeric(18, 6) AS unit_price,
    price.gross AS gross_amount,
    -- Of the line, and its share of discounts of the order.
    price.discount::numeric(18, 4) AS discount_amount,
    CASE WHEN o.taxes_included THEN price.tax ELSE 0 END::numeric(18, 4) AS tax_amount,
    coalesce(o.processed_at, o.created_at) AS created_at,
    greatest(o.updated_at, o._fivetran_synced, l._fivetran_synced, removed.synced, discount.synced, tax.synced) AS updated_at
FROM shopify.order_line AS l
JOIN shopify."order" AS o ON o.id = l.order_id
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN o.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV',
            'XAF', 'XOF', 'XPF') THEN 0
        WHEN o.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 3
        ELSE 2
    END AS digits
) AS unit
CROSS JOIN LATERAL (
    -- Units that an edit removed: what Shopify keeps as a refund without money. A cancelled order keeps what was ordered.
    SELECT coalesce(sum(x.quantity::numeric), 0) AS quantity, max(greatest(x._fivetran_synced, r._fivetran_synced)) AS synced
    FROM shopify.order_line_refund AS x
    JOIN shopify.refund AS r ON r.id = x.refund_id
    WHERE x.order_line_id = l.id AND o.cancelled_at IS NULL
        AND NOT EXISTS (
            SELECT FROM shopify.transaction AS money
            WHERE money.refund_id = r.id AND lower(money.kind) = 'refund' AND lower(money.status) = 'success'
        )
) AS removed
CROSS JOIN LATERAL (
    SELECT coalesce(sum(a.amount::numeric), 0) AS amount, max(a._fivetran_synced) AS synced
    FROM shopify.discount_allocation AS a
    WHERE a.order_line_id = l.id
) AS discount
CROSS JOIN LATERAL (
    SELECT coalesce(sum(t.price::numeric), 0) AS amount, max(t._fivetran_synced) AS synced
    FROM shopify.tax_line AS t
    WHERE t.order_line_id = l.id
) AS tax
CROSS JOIN LATERAL (
    SELECT
        greatest(l.quantity::numeric - removed.quantity, 0) AS quantity,
        greatest(l.quantity::numeric - removed.quantity, 0) / nullif(l.quantity, 0)::numeric AS share
) AS kept
CROSS JOIN LATERAL (
    SELECT
        (l.price::numeric * kept.quantity)::numeric(18, 4) AS gross,
        round(discount.amount * kept.share, unit.digits) AS discount,
        round(tax.amount * kept.share, unit.digits) AS tax
) AS price
WHERE NOT coalesce(o.test, FALSE) AND NOT coalesce(o._fivetran_deleted, FALSE)
    AND NOT coalesce(l.gift_card, FALSE) AND kept.quantity > 0
