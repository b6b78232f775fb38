-- One row per capture: the money taken. `payment` has what was authorized, and its time of capture only when all is taken.
SELECT
    c.id AS payment_attempt_id,
    link.order_id AS transaction_id,
    p.provider_id AS payment_method_id,
    c.amount::numeric(18, 4) AS amount,
    'approved' AS status,
    NULL AS failure_reason,
    c.created_at,
    greatest(c.updated_at, link.updated_at) AS updated_at
FROM public.capture AS c
JOIN public.payment AS p ON p.id = c.payment_id
JOIN public.order_payment_collection AS link ON link.payment_collection_id = p.payment_collection_id
JOIN public."order" AS o ON o.id = link.order_id
WHERE c.deleted_at IS NULL AND link.deleted_at IS NULL
    AND o.deleted_at IS NULL AND NOT o.is_draft_order AND o.status::text <> 'draft'
UNION ALL
-- One row per session that took no money: it failed, or waits. Those of carts that became no order belong to none.
SELECT
    s.id,
    link.order_id,
    s.provider_id,
    s.amount::numeric(18, 4),
    CASE s.status WHEN 'error' THEN 'error' WHEN 'canceled' THEN 'declined' ELSE 'pending' END,
    CASE WHEN s.status IN ('error', 'canceled') THEN s.status END,
    s.created_at,
    greatest(s.updated_at, link.updated_at)
FROM public.payment_session AS s
JOIN public.order_payment_collection AS link ON link.payment_collection_id = s.payment_collection_id
JOIN public."order" AS o ON o.id = link.order_id
WHERE s.deleted_at IS NULL AND link.deleted_at IS NULL
    AND NOT EXISTS (
        SELECT FROM public.payment AS p
        JOIN public.capture AS c ON c.payment_id = p.id AND c.deleted_at IS NULL
        WHERE p.payment_session_id = s.id
    )
    AND o.deleted_at IS NULL AND NOT o.is_draft_order AND o.status::text <> 'draft'
