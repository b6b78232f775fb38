-- Refunds of the day, and their parts.
SELECT
    'refunded, ' || r.currency AS name,
    -sum(r.total_amount) AS expected,
    sum(ours.amount) AS found
FROM public.wp_wc_orders AS r
LEFT JOIN LATERAL (
    SELECT sum(f.goods_amount + f.shipping_amount + f.tax_amount) AS amount FROM ecommerce.refunds AS f WHERE f.refund_id = r.id
) AS ours ON TRUE
WHERE r.date_created_gmt >= :start AND r.date_created_gmt < :end AND r.type = 'shop_order_refund'
GROUP BY r.currency
