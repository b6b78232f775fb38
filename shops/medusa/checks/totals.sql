-- Medusa's own totals, which it keeps per version of an order, with tax and less credit lines. Orders with received
-- returns are left out, because Medusa lowers their totals.
SELECT
    'total of orders without returns, ' || upper(o.currency_code) AS name,
    sum(round((s.totals ->> 'current_order_total')::numeric + credit.amount, unit.digits)) AS expected,
    sum(t.total_amount) AS found
FROM public."order" AS o
JOIN public.order_summary AS s ON s.order_id = o.id AND s.version = o.version AND s.deleted_at IS NULL
JOIN ecommerce.transactions AS t ON t.transaction_id = o.id
CROSS JOIN LATERAL (
    SELECT coalesce((SELECT c.decimal_digits FROM public.currency AS c WHERE c.code = o.currency_code), 2) AS digits
) AS unit
CROSS JOIN LATERAL (
    SELECT coalesce(sum(c.amount), 0) AS amount
    FROM public.order_credit_line AS c
    WHERE c.order_id = o.id AND c.version = o.version AND c.deleted_at IS NULL
) AS credit
WHERE o.created_at >= :start AND o.created_at < :end
    AND NOT EXISTS (
        SELECT FROM public.order_item AS i
        WHERE i.order_id = o.id AND i.version = o.version AND i.return_received_quantity + i.return_dismissed_quantity > 0
    )
GROUP BY o.currency_code
