-- What the lines of the day's orders cost before discounts, and what all promotions took off.
SELECT
    'goods, ' || o.currency AS name,
    sum(o.item_total) AS expected,
    sum(coalesce(items.gross, 0)) AS found
FROM public.spree_orders AS o
CROSS JOIN LATERAL (
    SELECT sum(i.gross_amount) AS gross FROM ecommerce.transaction_items AS i WHERE i.transaction_id = o.id
) AS items
WHERE o.completed_at AT TIME ZONE 'UTC' >= :start AND o.completed_at AT TIME ZONE 'UTC' < :end
GROUP BY o.currency
