SELECT
    method AS payment_method_id,
    method AS code,
    max(updated_at) AS updated_at
FROM app.payment
GROUP BY method
