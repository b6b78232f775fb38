-- Orders processed on the day, without tests and deleted ones.
SELECT
    'orders' AS name,
    (SELECT count(*) FROM shopify."order" AS o
     WHERE coalesce(o.processed_at, o.created_at) >= :start AND coalesce(o.processed_at, o.created_at) < :end
         AND o.test IS NOT TRUE AND o._fivetran_deleted IS NOT TRUE) AS expected,
    (SELECT count(*) FROM ecommerce.transactions AS t
     WHERE t.created_at >= :start AND t.created_at < :end) AS found
