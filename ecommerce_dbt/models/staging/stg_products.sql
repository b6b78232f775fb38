{{ config(tags=['dimension']) }}

select
    cast(product_id as int64) as product_id,
    cast(sku as string) as sku,
    cast(product_name as string) as product_name,
    cast(category as string) as category,
    cast(subcategory as string) as subcategory,
    cast(brand as string) as brand,
    cast(list_price as {{ decimal_type(12, 2) }}) as list_price,
    cast(unit_cost as {{ decimal_type(12, 2) }}) as unit_cost,
    cast(is_active as bool) as is_active,
    launched_at,
    updated_at
from {{ source('staging', 'products') }}
