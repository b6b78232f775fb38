-- Money paid back by the refunds of the day, and its parts.
SELECT
    'refunded, ' || o.currency AS name,
    sum(coalesce(money.amount, 0))::numeric(18, 4) AS expected,
    sum(coalesce(ours.amount, 0)) AS found
FROM shopify.refund AS r
JOIN shopify."order" AS o ON o.id = r.order_id
CROSS JOIN LATERAL (
    SELECT sum(t.amount::numeric) AS amount FROM shopify.transaction AS t
    WHERE t.refund_id = r.id AND lower(t.kind) = 'refund' AND lower(t.status) = 'success'
) AS money
CROSS JOIN LATERAL (
    SELECT sum(f.goods_amount + f.shipping_amount + f.tax_amount) AS amount FROM ecommerce.refunds AS f WHERE f.refund_id = r.id
) AS ours
WHERE coalesce(r.processed_at, r.created_at) >= :start AND coalesce(r.processed_at, r.created_at) < :end
    AND o.test IS NOT TRUE AND o._fivetran_deleted IS NOT TRUE
GROUP BY o.currency
