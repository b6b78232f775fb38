-- Settled payments of the day's orders.
SELECT
    'captured, ' || o."currencyCode" AS name,
    sum(coalesce(paid.amount, 0) / 100.0)::numeric(18, 4) AS expected,
    sum(coalesce(ours.paid, 0)) AS found
FROM public."order" AS o
CROSS JOIN LATERAL (
    SELECT sum(p.amount) AS amount FROM public.payment AS p WHERE p."orderId" = o.id AND p.state = 'Settled'
) AS paid
CROSS JOIN LATERAL (
    SELECT sum(a.amount) AS paid FROM ecommerce.payment_attempts AS a
    WHERE a.transaction_id = o.id AND a.status = 'approved'
) AS ours
WHERE o."orderPlacedAt" AT TIME ZONE 'UTC' >= :start AND o."orderPlacedAt" AT TIME ZONE 'UTC' < :end
    AND o.type <> 'Seller'
GROUP BY o."currencyCode"
