{{ config(tags=['dimension']) }}

with present as (

    select
        product_id,
        sku,
        product_name,
        category,
        subcategory,
        brand,
        list_price,
        unit_cost,
        is_active,
        {{ business_day('launched_at') }} as launched_date
    from {{ ref('stg_products') }}

)

{{ with_lost_rows('present', 'product_id', {unknown(): 'unknown'}) }}
