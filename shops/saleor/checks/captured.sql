-- Saleor's own sum of what was charged for the day's orders is less refunds: they are added again.
SELECT
    'captured, ' || o.currency AS name,
    sum(o.total_charged_amount + old.refunded + new.refunded) AS expected,
    sum(coalesce(ours.paid, 0)) AS found
FROM public.order_order AS o
CROSS JOIN LATERAL (
    SELECT coalesce(sum(t.amount), 0) AS refunded
    FROM public.payment_transaction AS t JOIN public.payment_payment AS p ON p.id = t.payment_id
    WHERE p.order_id = o.id AND t.kind = 'refund' AND t.is_success
) AS old
CROSS JOIN LATERAL (
    SELECT coalesce(sum(i.refunded_value), 0) AS refunded
    FROM public.payment_transactionitem AS i WHERE i.order_id = o.id
) AS new
CROSS JOIN LATERAL (
    SELECT sum(p.amount) AS paid FROM ecommerce.payment_attempts AS p
    WHERE p.transaction_id::text = o.id::text AND p.status = 'approved'
) AS ours
WHERE o.created_at >= :start AND o.created_at < :end AND o.status NOT IN ('draft', 'expired')
GROUP BY o.currency
