SELECT
    l.id AS transaction_item_id,
    l.order_id AS transaction_id,
    row_number() OVER (PARTITION BY l.order_id ORDER BY l.id)::integer AS line_number,
    l.variant_id AS product_id,
    l.quantity,
    l.unit_price,
    l.line_total + l.line_discount AS gross_amount,
    l.line_discount AS discount_amount,
    o.placed_at AS created_at,
    greatest(l.updated_at, o.placed_at) AS updated_at
FROM app.order_line AS l
JOIN app.sales_order AS o ON o.id = l.order_id
