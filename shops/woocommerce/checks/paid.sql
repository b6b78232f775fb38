-- Totals of the day's orders that were paid.
SELECT
    'paid, ' || o.currency AS name,
    sum(o.total_amount) FILTER (WHERE d.date_paid_gmt IS NOT NULL) AS expected,
    sum(ours.amount) AS found
FROM public.wp_wc_orders AS o
JOIN public.wp_wc_order_operational_data AS d ON d.order_id = o.id
LEFT JOIN LATERAL (
    SELECT sum(p.amount) AS amount FROM ecommerce.payment_attempts AS p WHERE p.transaction_id = o.id
) AS ours ON TRUE
WHERE o.date_created_gmt >= :start AND o.date_created_gmt < :end AND o.type = 'shop_order'
    AND o.status IN ('wc-processing', 'wc-completed', 'wc-refunded', 'wc-cancelled', 'wc-on-hold')
GROUP BY o.currency
