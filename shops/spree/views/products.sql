-- One row per variant, which is what is bought; a product without options has its master variant only. Deleted ones are
-- kept, as orders name them.
SELECT
    v.id AS product_id,
    nullif(v.sku, '') AS sku,
    coalesce(p.name, p.slug, nullif(v.sku, ''), 'unknown')
        || CASE WHEN v.is_master OR v.sku = '' THEN '' ELSE ' - ' || v.sku END AS product_name,
    coalesce(shelf.category, 'unknown') AS category,
    coalesce(shelf.subcategory, 'unknown') AS subcategory,
    -- In the default store's currency, which REPORTING_CURRENCY should be; costs are taken to be in it too.
    price.amount::numeric(18, 6) AS list_price,
    v.cost_price::numeric(18, 6) AS unit_cost,
    v.deleted_at IS NULL AND p.deleted_at IS NULL AND coalesce(p.status, 'active') = 'active' AS is_active,
    coalesce(p.available_on, p.created_at) AT TIME ZONE 'UTC' AS launched_at,
    greatest(v.updated_at, p.updated_at, price.updated_at, shelf.updated_at) AT TIME ZONE 'UTC' AS updated_at
FROM public.spree_variants AS v
JOIN public.spree_products AS p ON p.id = v.product_id
LEFT JOIN LATERAL (
    SELECT root.name AS category, t.name AS subcategory, greatest(t.updated_at, root.updated_at) AS updated_at
    FROM public.spree_products_taxons AS link
    JOIN public.spree_taxons AS t ON t.id = link.taxon_id
    LEFT JOIN public.spree_taxons AS root ON root.taxonomy_id = t.taxonomy_id AND root.parent_id IS NULL
    WHERE link.product_id = p.id
    ORDER BY link.position, t.id
    LIMIT 1
) AS shelf ON TRUE
LEFT JOIN LATERAL (
    SELECT r.amount, r.updated_at
    FROM public.spree_prices AS r
    JOIN public.spree_stores AS s ON s.default_currency = r.currency AND s."default"
    WHERE r.variant_id = v.id AND r.deleted_at IS NULL AND r.country_iso IS NULL
    ORDER BY r.updated_at DESC, r.id DESC
    LIMIT 1
) AS price ON TRUE
