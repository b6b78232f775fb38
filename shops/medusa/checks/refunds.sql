-- Refunds made on the day, as many rows.
SELECT
    'refunds' AS name,
    (SELECT count(*) FROM public.refund AS r
     JOIN public.payment AS p ON p.id = r.payment_id
     JOIN public.order_payment_collection AS l
         ON l.payment_collection_id = p.payment_collection_id AND l.deleted_at IS NULL
     WHERE r.created_at >= :start AND r.created_at < :end AND r.deleted_at IS NULL) AS expected,
    (SELECT count(*) FROM ecommerce.refunds AS f
     WHERE f.created_at >= :start AND f.created_at < :end) AS found
