-- Money taken for the day's orders.
SELECT
    'captured, ' || o.currency AS name,
    sum(coalesce(money.amount, 0))::numeric(18, 4) AS expected,
    sum(coalesce(ours.paid, 0)) AS found
FROM shopify."order" AS o
CROSS JOIN LATERAL (
    SELECT sum(t.amount::numeric) AS amount FROM shopify.transaction AS t
    WHERE t.order_id = o.id AND lower(t.kind) IN ('sale', 'capture') AND lower(t.status) = 'success'
) AS money
CROSS JOIN LATERAL (
    SELECT sum(p.amount) AS paid FROM ecommerce.payment_attempts AS p
    WHERE p.transaction_id = o.id AND p.status = 'approved'
) AS ours
WHERE coalesce(o.processed_at, o.created_at) >= :start AND coalesce(o.processed_at, o.created_at) < :end
    AND o.test IS NOT TRUE AND o._fivetran_deleted IS NOT TRUE
GROUP BY o.currency
