SELECT
    id AS payment_attempt_id,
    order_id AS transaction_id,
    row_number() OVER (PARTITION BY order_id ORDER BY created_at, id)::integer AS attempt_number,
    method AS payment_method_id,
    amount,
    CASE status WHEN 'success' THEN 'approved' WHEN 'failed' THEN 'declined' ELSE status END AS status,
    created_at,
    updated_at
FROM app.payment
WHERE kind = 'capture'
