-- Shopify's totals as ordered, of orders of which no refund, and so no edit, has removed a line.
SELECT
    'total of orders without refunds, ' || o.currency AS name,
    sum(o.total_price::numeric)::numeric(18, 4) AS expected,
    sum(t.total_amount) AS found
FROM shopify."order" AS o
JOIN ecommerce.transactions AS t ON t.transaction_id = o.id
WHERE coalesce(o.processed_at, o.created_at) >= :start AND coalesce(o.processed_at, o.created_at) < :end
    AND NOT EXISTS (SELECT FROM shopify.refund AS r WHERE r.order_id = o.id)
GROUP BY o.currency
