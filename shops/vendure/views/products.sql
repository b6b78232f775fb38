-- One row per variant, which is what is bought. Deleted ones are kept, as orders name them.
SELECT
    v.id AS product_id,
    v.sku,
    coalesce(name.of_variant, v.sku) AS product_name,
    coalesce(shelf.category, 'unknown') AS category,
    coalesce(shelf.subcategory, 'unknown') AS subcategory,
    -- In the default channel's currency, which REPORTING_CURRENCY should be.
    (price.amount / 100.0)::numeric(18, 6) AS list_price,
    -- Vendure has no cost: add it here if you have a custom field for it, for example
    --     (v."customFieldsCost" / 100.0)::numeric(18, 6) AS unit_cost,
    v.enabled AND v."deletedAt" IS NULL AND p.enabled AND p."deletedAt" IS NULL AS is_active,
    p."createdAt" AT TIME ZONE 'UTC' AS launched_at,
    greatest(
        v."updatedAt", p."updatedAt", name.updated_at, price.updated_at, shelf.updated_at
    ) AT TIME ZONE 'UTC' AS updated_at
FROM public.product_variant AS v
JOIN public.product AS p ON p.id = v."productId"
JOIN public.channel AS main ON main.code = '__default_channel__'
-- Names in the default language, else in any.
LEFT JOIN LATERAL (
    SELECT t.name AS of_variant, t."updatedAt" AS updated_at
    FROM public.product_variant_translation AS t
    WHERE t."baseId" = v.id
    ORDER BY t."languageCode" = main."defaultLanguageCode" DESC, t.id
    LIMIT 1
) AS name ON TRUE
LEFT JOIN LATERAL (
    SELECT r.price AS amount, r."updatedAt" AS updated_at
    FROM public.product_variant_price AS r
    WHERE r."variantId" = v.id AND r."channelId" = main.id AND r."currencyCode" = main."defaultCurrencyCode"
    ORDER BY r.id
    LIMIT 1
) AS price ON TRUE
-- Of several collections the first, and the one above it.
LEFT JOIN LATERAL (
    SELECT
        coalesce(upper_name.name, own_name.name) AS category,
        own_name.name AS subcategory,
        greatest(own_name."updatedAt", upper_name."updatedAt") AS updated_at
    FROM public.collection_product_variants_product_variant AS link
    JOIN public.collection AS c ON c.id = link."collectionId"
    JOIN public.collection_translation AS own_name
        ON own_name."baseId" = c.id AND own_name."languageCode" = main."defaultLanguageCode"
    LEFT JOIN public.collection AS above ON above.id = c."parentId" AND NOT above."isRoot"
    LEFT JOIN public.collection_translation AS upper_name
        ON upper_name."baseId" = above.id AND upper_name."languageCode" = main."defaultLanguageCode"
    WHERE link."productVariantId" = v.id AND NOT c."isRoot"
    ORDER BY above.id IS NULL, c.position, c.id
    LIMIT 1
) AS shelf ON TRUE
