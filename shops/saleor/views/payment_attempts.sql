-- Payments of the older API: one row per capture, payment marked by hand ('external'), or failure.
SELECT
    'payment ' || t.id AS payment_attempt_id,
    p.order_id AS transaction_id,
    p.gateway AS payment_method_id,
    t.amount::numeric(18, 4) AS amount,
    CASE WHEN t.is_success AND t.kind IN ('capture', 'external') THEN 'approved' ELSE 'declined' END AS status,
    t.error AS failure_reason,
    t.created_at,
    greatest(t.created_at, p.modified_at) AS updated_at
FROM public.payment_transaction AS t
JOIN public.payment_payment AS p ON p.id = t.payment_id
JOIN public.order_order AS o ON o.id = p.order_id
WHERE NOT t.action_required AND o.status NOT IN ('draft', 'expired')
    AND (t.kind IN ('capture', 'external') OR (t.kind = 'auth' AND NOT t.is_success))
    -- A capture that failed later was none.
    AND NOT EXISTS (
        SELECT FROM public.payment_transaction AS f
        WHERE f.payment_id = t.payment_id AND f.kind = 'capture_failed' AND f.token = t.token AND f.id > t.id
    )
UNION ALL
-- Payments of the transaction API: one row per charge, or failure. `charged_value` is less refunds, so it is not read.
SELECT
    'transaction ' || e.id,
    i.order_id,
    coalesce(nullif(i.payment_method_type, ''), nullif(i.name, ''), 'unknown'),
    e.amount_value::numeric(18, 4),
    CASE e.type WHEN 'charge_success' THEN 'approved' ELSE 'declined' END,
    CASE WHEN e.type <> 'charge_success' THEN nullif(e.message, '') END,
    e.created_at,
    greatest(e.created_at, i.modified_at)
FROM public.payment_transactionevent AS e
JOIN public.payment_transactionitem AS i ON i.id = e.transaction_id
JOIN public.order_order AS o ON o.id = i.order_id
WHERE e.type IN ('charge_success', 'charge_failure', 'authorization_failure') AND o.status NOT IN ('draft', 'expired')
    AND (e.include_in_calculations OR e.type <> 'charge_success')
    AND NOT EXISTS (
        SELECT FROM public.payment_transactionevent AS f
        WHERE f.transaction_id = e.transaction_id AND f.type = 'charge_failure' AND e.type = 'charge_success'
            AND f.psp_reference = e.psp_reference AND f.id > e.id
    )
