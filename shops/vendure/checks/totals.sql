-- Vendure's own totals of orders of which no unit was cancelled or returned.
SELECT
    'total of orders as placed, ' || o."currencyCode" AS name,
    sum((o."subTotalWithTax" + o."shippingWithTax") / 100.0)::numeric(18, 4) AS expected,
    sum(t.total_amount) AS found
FROM public."order" AS o
JOIN ecommerce.transactions AS t ON t.transaction_id = o.id
WHERE o."orderPlacedAt" AT TIME ZONE 'UTC' >= :start AND o."orderPlacedAt" AT TIME ZONE 'UTC' < :end
    AND NOT EXISTS (
        SELECT FROM public.order_line AS l WHERE l."orderId" = o.id AND l.quantity < l."orderPlacedQuantity"
    )
GROUP BY o."currencyCode"
