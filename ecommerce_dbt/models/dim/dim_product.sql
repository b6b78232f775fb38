{{ config(tags=['dimension']) }}

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
    {{ utc_date('launched_at') }} as launched_date
from {{ ref('stg_products') }}
