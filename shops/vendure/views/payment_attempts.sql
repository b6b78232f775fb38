-- One row per payment.
SELECT
    p.id AS payment_attempt_id,
    p."orderId" AS transaction_id,
    method.id AS payment_method_id,
    (p.amount / 100.0)::numeric(18, 4) AS amount,
    CASE p.state
        WHEN 'Settled' THEN 'approved'
        WHEN 'Declined' THEN 'declined'
        WHEN 'Cancelled' THEN 'declined'
        WHEN 'Error' THEN 'error'
        ELSE 'pending'
    END AS status,
    p."errorMessage" AS failure_reason,
    p."createdAt" AT TIME ZONE 'UTC' AS created_at,
    p."updatedAt" AT TIME ZONE 'UTC' AS updated_at
FROM public.payment AS p
JOIN public."order" AS o ON o.id = p."orderId"
LEFT JOIN LATERAL (SELECT min(m.id) AS id FROM public.payment_method AS m WHERE m.code = p.method) AS method ON TRUE
WHERE o."orderPlacedAt" IS NOT NULL AND o.type <> 'Seller'
