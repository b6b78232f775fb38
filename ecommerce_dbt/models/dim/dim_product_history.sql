{{ config(tags=['dimension']) }}

with present as (

    select
        product_id,
        category,
        subcategory,
        brand,
        list_price,
        unit_cost,
        updated_at as valid_from
    from {{ ref('stg_products') }}

)

{{ with_versions_seen('present', 'product_id') }}
