-- One row per product and variation: a line names the variation, where there is one.
SELECT
    p.id::bigint AS product_id,
    m.sku,
    coalesce(nullif(p.post_title, ''), m.sku, 'unknown') AS product_name,
    coalesce(root.name, own.name, 'unknown') AS category,
    coalesce(own.name, 'unknown') AS subcategory,
    m.price::numeric(18, 6) AS list_price,
    -- Of the feature for costs of goods; plugins for costs have other keys.
    m.cost::numeric(18, 6) AS unit_cost,
    p.post_status = 'publish' AS is_active,
    p.post_date_gmt AS launched_at,
    p.post_modified_gmt AS updated_at
FROM public.wp_posts AS p
CROSS JOIN LATERAL (
    SELECT
        max(nullif(v.meta_value, '')) FILTER (WHERE v.meta_key = '_sku') AS sku,
        max(nullif(v.meta_value, '')) FILTER (WHERE v.meta_key = '_price')::numeric AS price,
        max(nullif(v.meta_value, '')) FILTER (WHERE v.meta_key = '_cogs_total_value')::numeric AS cost
    FROM public.wp_postmeta AS v
    WHERE v.post_id = p.id
) AS m
-- Categories are those of the product, not of its variations; of several the first.
LEFT JOIN LATERAL (
    SELECT t.term_id, x.parent, t.name
    FROM public.wp_term_relationships AS link
    JOIN public.wp_term_taxonomy AS x ON x.term_taxonomy_id = link.term_taxonomy_id AND x.taxonomy = 'product_cat'
    JOIN public.wp_terms AS t ON t.term_id = x.term_id
    WHERE link.object_id = CASE WHEN p.post_type = 'product_variation' THEN p.post_parent ELSE p.id END
    ORDER BY x.parent = 0, t.term_id
    LIMIT 1
) AS own ON TRUE
LEFT JOIN public.wp_terms AS root ON root.term_id = nullif(own.parent, 0)
WHERE p.post_type IN ('product', 'product_variation')
