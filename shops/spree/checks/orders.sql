-- Orders completed on the day.
SELECT
    'orders' AS name,
    (SELECT count(*) FROM public.spree_orders AS o
     WHERE o.completed_at AT TIME ZONE 'UTC' >= :start AND o.completed_at AT TIME ZONE 'UTC' < :end) AS expected,
    (SELECT count(*) FROM ecommerce.transactions AS t
     WHERE t.created_at >= :start AND t.created_at < :end) AS found
