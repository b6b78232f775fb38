-- One row per sale or capture, and per authorization that failed.
SELECT
    t.id AS payment_attempt_id,
    t.order_id AS transaction_id,
    -- A number made from the gateway's name: Shopify has no table of payment methods.
    ('x' || left(md5(t.gateway), 8))::bit(32)::integer AS payment_method_id,
    t.amount::numeric(18, 4) AS amount,
    CASE lower(t.status)
        WHEN 'success' THEN 'approved'
        WHEN 'pending' THEN 'pending'
        WHEN 'awaiting_response' THEN 'pending'
        WHEN 'error' THEN 'error'
        ELSE 'declined'
    END AS status,
    t.error_code AS failure_reason,
    coalesce(t.processed_at, t.created_at) AS created_at,
    greatest(t.created_at, t.processed_at, t._fivetran_synced) AS updated_at
FROM shopify.transaction AS t
JOIN shopify."order" AS o ON o.id = t.order_id
WHERE NOT coalesce(o.test, FALSE) AND NOT coalesce(o._fivetran_deleted, FALSE) AND NOT coalesce(t.test, FALSE)
    AND (lower(t.kind) IN ('sale', 'capture') OR (lower(t.kind) = 'authorization' AND lower(t.status) <> 'success'))
