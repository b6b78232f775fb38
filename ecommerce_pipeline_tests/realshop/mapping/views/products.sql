SELECT
    v.id AS product_id,
    v.sku,
    p.title AS product_name,
    p.category,
    p.created_at AS launched_at,
    greatest(v.updated_at, p.updated_at) AS updated_at
FROM app.variant AS v
JOIN app.product AS p ON p.id = v.product_id
