-- One row per variant, which is what is bought. Deleted ones are kept, as orders name them.
SELECT
    v.id AS product_id,
    v.sku,
    concat_ws(' - ', p.title, nullif(v.title, 'Default variant')) AS product_name,
    coalesce(shelf.category, 'unknown') AS category,
    coalesce(shelf.subcategory, 'unknown') AS subcategory,
    -- In the store's default currency: set REPORTING_CURRENCY to it.
    price.amount::numeric(18, 6) AS list_price,
    -- Medusa has no cost: add it here if you keep it in metadata, for example
    --     (v.metadata ->> 'cost')::numeric(18, 6) AS unit_cost,
    p.status = 'published' AND p.deleted_at IS NULL AND v.deleted_at IS NULL AS is_active,
    p.created_at AS launched_at,
    greatest(v.updated_at, p.updated_at, price.updated_at, shelf.updated_at) AS updated_at
FROM public.product_variant AS v
JOIN public.product AS p ON p.id = v.product_id
LEFT JOIN LATERAL (
    -- Of several categories the first; `mpath` has the ids from the root on.
    SELECT root.name AS category, c.name AS subcategory, greatest(c.updated_at, root.updated_at) AS updated_at
    FROM public.product_category_product AS link
    JOIN public.product_category AS c ON c.id = link.product_category_id
    LEFT JOIN public.product_category AS root ON root.id = split_part(c.mpath, '.', 1)
    WHERE link.product_id = p.id AND c.deleted_at IS NULL
    ORDER BY c.mpath, c.id
    LIMIT 1
) AS shelf ON TRUE
LEFT JOIN LATERAL (
    SELECT r.amount, r.updated_at
    FROM public.product_variant_price_set AS link
    JOIN public.price AS r ON r.price_set_id = link.price_set_id
    JOIN public.store_currency AS s ON s.currency_code = r.currency_code AND s.is_default
    WHERE link.variant_id = v.id AND link.deleted_at IS NULL AND r.deleted_at IS NULL
        AND r.price_list_id IS NULL AND coalesce(r.rules_count, 0) = 0
        AND r.min_quantity IS NULL AND r.max_quantity IS NULL
    ORDER BY r.updated_at DESC, r.id
    LIMIT 1
) AS price ON TRUE
