-- `payment_total` is what was paid, less refunds of payments: they are added again. A cancelled order's are void.
SELECT
    'captured, ' || o.currency AS name,
    sum(coalesce(o.payment_total, 0) + refunded.amount) AS expected,
    sum(coalesce(ours.paid, 0)) AS found
FROM public.spree_orders AS o
CROSS JOIN LATERAL (
    SELECT coalesce(sum(f.amount), 0) AS amount
    FROM public.spree_refunds AS f JOIN public.spree_payments AS p ON p.id = f.payment_id
    WHERE p.order_id = o.id AND p.state = 'completed'
) AS refunded
CROSS JOIN LATERAL (
    SELECT sum(p.amount) AS paid FROM ecommerce.payment_attempts AS p
    WHERE p.transaction_id = o.id AND p.status = 'approved'
) AS ours
WHERE o.completed_at AT TIME ZONE 'UTC' >= :start AND o.completed_at AT TIME ZONE 'UTC' < :end
GROUP BY o.currency
