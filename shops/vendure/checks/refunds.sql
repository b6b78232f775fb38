-- Settled refunds of the day, as many rows.
SELECT
    'refunds' AS name,
    (SELECT count(*) FROM public.refund AS r
     WHERE r."createdAt" AT TIME ZONE 'UTC' >= :start AND r."createdAt" AT TIME ZONE 'UTC' < :end
         AND r.state = 'Settled') AS expected,
    (SELECT count(*) FROM ecommerce.refunds AS f
     WHERE f.created_at >= :start AND f.created_at < :end) AS found
