-- One row per variant, which is what is bought.
SELECT
    v.id AS product_id,
    nullif(v.sku, '') AS sku,
    concat_ws(' - ', p.title, nullif(v.title, 'Default Title')) AS product_name,
    coalesce(nullif(p.product_type, ''), 'unknown') AS category,
    coalesce(nullif(p.vendor, ''), 'unknown') AS brand,
    v.price::numeric(18, 6) AS list_price,
    coalesce(i.unit_cost_amount, i.cost)::numeric(18, 6) AS unit_cost,
    coalesce(p.status, 'active') = 'active' AND NOT coalesce(p._fivetran_deleted, FALSE) AS is_active,
    coalesce(p.published_at, p.created_at) AS launched_at,
    greatest(v.updated_at, p.updated_at, v._fivetran_synced, p._fivetran_synced, i._fivetran_synced) AS updated_at
FROM shopify.product_variant AS v
JOIN shopify.product AS p ON p.id = v.product_id
LEFT JOIN shopify.inventory_item AS i ON i.id = v.inventory_item_id
