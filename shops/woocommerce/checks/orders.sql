-- Orders of the day in the states that were placed.
SELECT
    'orders' AS name,
    (SELECT count(*) FROM public.wp_wc_orders AS o
     WHERE o.date_created_gmt >= :start AND o.date_created_gmt < :end AND o.type = 'shop_order'
         AND o.status NOT IN ('wc-pending', 'wc-failed', 'wc-checkout-draft', 'checkout-draft', 'auto-draft', 'draft', 'new',
             'trash')) AS expected,
    (SELECT count(*) FROM ecommerce.transactions AS t
     WHERE t.created_at >= :start AND t.created_at < :end) AS found
