-- Refunds and store credits for returns of the day, as many rows.
SELECT
    'refunds' AS name,
    (SELECT count(*) FROM public.spree_refunds AS f
     WHERE f.created_at AT TIME ZONE 'UTC' >= :start AND f.created_at AT TIME ZONE 'UTC' < :end)
    + (SELECT count(*) FROM public.spree_reimbursement_credits AS c
       WHERE c.created_at AT TIME ZONE 'UTC' >= :start AND c.created_at AT TIME ZONE 'UTC' < :end) AS expected,
    (SELECT count(*) FROM ecommerce.refunds AS f
     WHERE f.created_at >= :start AND f.created_at < :end) AS found
