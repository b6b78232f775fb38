SELECT
    id AS refund_id,
    order_id AS transaction_id,
    goods_amount,
    shipping_amount,
    tax_amount,
    reason,
    created_at,
    updated_at
FROM app.refund
