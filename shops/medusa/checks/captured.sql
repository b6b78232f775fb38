-- What Medusa's ledger of an order says was paid for the day's orders.
SELECT
    'captured, ' || upper(o.currency_code) AS name,
    sum(coalesce(ledger.paid, 0)) AS expected,
    sum(coalesce(ours.paid, 0)) AS found
FROM public."order" AS o
CROSS JOIN LATERAL (
    SELECT sum(x.amount) AS paid FROM public.order_transaction AS x
    WHERE x.order_id = o.id AND x.deleted_at IS NULL AND x.amount > 0
) AS ledger
CROSS JOIN LATERAL (
    SELECT sum(p.amount) AS paid FROM ecommerce.payment_attempts AS p
    WHERE p.transaction_id = o.id AND p.status = 'approved'
) AS ours
WHERE o.created_at >= :start AND o.created_at < :end
    AND o.deleted_at IS NULL AND NOT o.is_draft_order AND o.status::text <> 'draft'
GROUP BY o.currency_code
