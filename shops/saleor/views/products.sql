-- One row per variant, which is what is bought. Saleor deletes variants for good.
SELECT
    v.id::text AS product_id,
    v.sku,
    concat_ws(' - ', p.name, nullif(nullif(v.name, ''), v.sku)) AS product_name,
    coalesce(root.name, 'unknown') AS category,
    coalesce(category.name, 'unknown') AS subcategory,
    -- Of the channel that was made first: REPORTING_CURRENCY should be its currency. To name another one, replace the
    -- ORDER BY below by a condition on its slug.
    price.price_amount::numeric(18, 6) AS list_price,
    price.cost_price_amount::numeric(18, 6) AS unit_cost,
    EXISTS (
        SELECT FROM public.product_productchannellisting AS s WHERE s.product_id = p.id AND s.is_published
    ) AS is_active,
    p.created_at AS launched_at,
    greatest(v.updated_at, p.updated_at) AS updated_at
FROM public.product_productvariant AS v
JOIN public.product_product AS p ON p.id = v.product_id
LEFT JOIN public.product_category AS category ON category.id = p.category_id
LEFT JOIN public.product_category AS root ON root.tree_id = category.tree_id AND root.level = 0
LEFT JOIN LATERAL (
    SELECT s.price_amount, s.cost_price_amount
    FROM public.product_productvariantchannellisting AS s
    WHERE s.variant_id = v.id
    ORDER BY s.channel_id
    LIMIT 1
) AS price ON TRUE
