-- Goods after coupons, as the items have them, each rounded to the currency's minor unit.
SELECT
    'goods, ' || o.currency AS name,
    sum(coalesce(items.total, 0)) AS expected,
    sum(coalesce(ours.total, 0)) AS found
FROM public.wp_wc_orders AS o
JOIN ecommerce.transactions AS t ON t.transaction_id = o.id
CROSS JOIN LATERAL (
    SELECT sum(round(m.meta_value::numeric, CASE
        WHEN o.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV',
            'XAF', 'XOF', 'XPF') THEN 0
        WHEN o.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 3
        ELSE 2
    END)) AS total
    FROM public.wp_woocommerce_order_items AS i
    JOIN public.wp_woocommerce_order_itemmeta AS m ON m.order_item_id = i.order_item_id AND m.meta_key = '_line_total'
    WHERE i.order_id = o.id AND i.order_item_type = 'line_item'
) AS items
CROSS JOIN LATERAL (
    SELECT sum(x.gross_amount - x.discount_amount) AS total FROM ecommerce.transaction_items AS x WHERE x.transaction_id = o.id
) AS ours
WHERE o.date_created_gmt >= :start AND o.date_created_gmt < :end
GROUP BY o.currency
