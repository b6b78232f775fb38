-- Orders by their number in each state, but drafts and expired ones.
SELECT
    'orders' AS name,
    (SELECT count(*) FROM public.order_order AS o
     WHERE o.created_at >= :start AND o.created_at < :end
         AND o.status IN ('unconfirmed', 'unfulfilled', 'partially fulfilled', 'fulfilled', 'partially_returned', 'returned',
             'canceled')) AS expected,
    (SELECT count(*) FROM ecommerce.transactions AS t
     WHERE t.created_at >= :start AND t.created_at < :end) AS found
