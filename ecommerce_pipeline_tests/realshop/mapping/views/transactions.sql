SELECT
    id AS transaction_id,
    customer_id,
    CASE WHEN customer_id IS NULL THEN guest_email END AS guest_email,
    channel,
    currency::text AS currency,
    order_discount AS discount_amount,
    shipping_amount,
    tax_amount,
    total_amount,
    state AS status,
    cancelled_at,
    placed_at AS created_at,
    updated_at
FROM app.sales_order
