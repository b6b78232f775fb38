-- Orders placed on the day.
SELECT
    'orders' AS name,
    (SELECT count(*) FROM public."order" AS o
     WHERE o."orderPlacedAt" AT TIME ZONE 'UTC' >= :start AND o."orderPlacedAt" AT TIME ZONE 'UTC' < :end
         AND o.type IN ('Regular', 'Aggregate')) AS expected,
    (SELECT count(*) FROM ecommerce.transactions AS t
     WHERE t.created_at >= :start AND t.created_at < :end) AS found
