-- One row per order. Drafts and checkouts are in other tables; test orders and deleted ones are left out. Amounts are in the
-- shop's currency.
SELECT
    o.id AS transaction_id,
    -- Shopify makes a customer of every guest who gives an e-mail.
    o.customer_id,
    CASE WHEN o.customer_id IS NULL THEN nullif(o.email, '') END AS guest_email,
    coalesce(o.source_name, 'unknown') AS channel,
    o.currency,
    (SELECT min(d.code) FROM shopify.order_discount_code AS d WHERE d.order_id = o.id) AS coupon_code,
    lines.gross::numeric(18, 4) AS gross_amount,
    -- Discounts of the order are allocated to its lines by Shopify: there is none apart.
    shipping.amount::numeric(18, 4) AS shipping_amount,
    CASE WHEN o.taxes_included THEN 0 ELSE o.total_tax::numeric - lines.tax_removed END::numeric(18, 4) AS tax_amount,
    -- Tips, duties, and gift cards that were sold.
    (
        total.amount - lines.gross + lines.discount - shipping.amount
        - CASE WHEN o.taxes_included THEN 0 ELSE o.total_tax::numeric - lines.tax_removed END
    )::numeric(18, 4) AS other_amount,
    total.amount::numeric(18, 4) AS total_amount,
    o.financial_status AS status,
    o.cancelled_at,
    -- An imported order was processed before it was created.
    coalesce(o.processed_at, o.created_at) AS created_at,
    -- When it landed: Shopify's own time is hours before that.
    greatest(o.updated_at, o._fivetran_synced, lines.synced, shipping.synced) AS updated_at
FROM shopify."order" AS o
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN o.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV',
            'XAF', 'XOF', 'XPF') THEN 0
        WHEN o.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 3
        ELSE 2
    END AS digits
) AS unit
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(price.gross) FILTER (WHERE NOT l.gift_card), 0) AS gross,
        coalesce(sum(price.discount) FILTER (WHERE NOT l.gift_card), 0) AS discount,
        coalesce(sum(tax.amount - price.tax), 0) AS tax_removed,
        coalesce(sum(
            l.price::numeric * l.quantity::numeric - price.gross - discount.amount + price.discount
            + CASE WHEN o.taxes_included THEN 0 ELSE tax.amount - price.tax END
        ), 0) AS removed,
        max(greatest(l._fivetran_synced, removed.synced, discount.synced, tax.synced)) AS synced
    FROM shopify.order_line AS l
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
    WHERE l.order_id = o.id
) AS lines
CROSS JOIN LATERAL (
    SELECT coalesce(sum(s.discounted_price::numeric), 0) AS amount, max(s._fivetran_synced) AS synced
    FROM shopify.order_shipping_line AS s
    WHERE s.order_id = o.id
) AS shipping
-- As ordered, less what edits have removed.
CROSS JOIN LATERAL (SELECT o.total_price::numeric - lines.removed AS amount) AS total
WHERE NOT coalesce(o.test, FALSE) AND NOT coalesce(o._fivetran_deleted, FALSE)
