-- One row per refund that paid money back. One without money removes or restocks lines: see transaction_items.
SELECT
    r.id AS refund_id,
    r.order_id AS transaction_id,
    lines.line_id AS transaction_item_id,
    ('x' || left(md5(money.gateway), 8))::bit(32)::integer AS payment_method_id,
    o.currency,
    coalesce(lines.quantity, 0)::numeric(14, 3) AS quantity,
    -- What remains of the money without shipping and tax: amounts of lines need not add up to what was paid.
    (money.amount - shipping.amount - shipping.tax - lines.tax)::numeric(18, 4) AS goods_amount,
    shipping.amount::numeric(18, 4) AS shipping_amount,
    (lines.tax + shipping.tax)::numeric(18, 4) AS tax_amount,
    coalesce(nullif(r.note, ''), 'unknown') AS reason,
    coalesce(r.processed_at, r.created_at) AS created_at,
    greatest(r.created_at, r._fivetran_synced, money.synced, lines.synced, shipping.synced) AS updated_at
FROM shopify.refund AS r
JOIN shopify."order" AS o ON o.id = r.order_id
CROSS JOIN LATERAL (
    SELECT sum(t.amount::numeric) AS amount, min(t.gateway) AS gateway, max(t._fivetran_synced) AS synced
    FROM shopify.transaction AS t
    WHERE t.refund_id = r.id AND lower(t.kind) = 'refund' AND lower(t.status) = 'success'
) AS money
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(x.total_tax::numeric), 0) AS tax,
        CASE WHEN count(*) = 1 THEN min(x.order_line_id) END AS line_id,
        CASE WHEN count(*) = 1 THEN sum(x.quantity) END AS quantity,
        max(x._fivetran_synced) AS synced
    FROM shopify.order_line_refund AS x
    WHERE x.refund_id = r.id
) AS lines
CROSS JOIN LATERAL (
    -- Adjustments are negative for money that goes back.
    SELECT
        coalesce(-sum(a.amount::numeric) FILTER (WHERE a.kind = 'shipping_refund'), 0) AS amount,
        coalesce(-sum(a.tax_amount::numeric) FILTER (WHERE a.kind = 'shipping_refund'), 0) AS tax,
        max(a._fivetran_synced) AS synced
    FROM shopify.order_adjustment AS a
    WHERE a.refund_id = r.id
) AS shipping
WHERE money.amount > 0 AND NOT coalesce(o.test, FALSE) AND NOT coalesce(o._fivetran_deleted, FALSE)
