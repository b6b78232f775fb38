-- What the lines, shipping and gift cards of the day's orders come to, with tax, and the totals of the views.
SELECT
    'total, ' || o.currency AS name,
    sum(lines.gross + o.shipping_price_gross_amount
        - greatest(o.subtotal_gross_amount + o.shipping_price_gross_amount - o.total_gross_amount, 0)) AS expected,
    sum(t.total_amount) AS found
FROM public.order_order AS o
JOIN ecommerce.transactions AS t ON t.transaction_id::text = o.id::text
CROSS JOIN LATERAL (
    SELECT coalesce(sum(l.total_price_gross_amount), 0) AS gross FROM public.order_orderline AS l WHERE l.order_id = o.id
) AS lines
WHERE o.created_at >= :start AND o.created_at < :end
GROUP BY o.currency
