-- One row per payment. A part that was captured is a payment of its own; the rest of it waits as another.
SELECT
    p.id AS payment_attempt_id,
    p.order_id AS transaction_id,
    p.payment_method_id,
    p.amount::numeric(18, 4) AS amount,
    CASE
        WHEN p.state = 'completed' THEN 'approved'
        WHEN p.state IN ('pending', 'processing') THEN 'pending'
        ELSE 'declined'
    END AS status,
    CASE WHEN p.state NOT IN ('completed', 'pending', 'processing') THEN p.state END AS failure_reason,
    p.created_at AT TIME ZONE 'UTC' AS created_at,
    p.updated_at AT TIME ZONE 'UTC' AS updated_at
FROM public.spree_payments AS p
JOIN public.spree_orders AS o ON o.id = p.order_id
-- Those of the state checkout were not tried; negative ones are refunds of versions long gone.
WHERE o.completed_at IS NOT NULL AND p.state <> 'checkout' AND p.amount > 0
