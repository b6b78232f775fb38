{{ config(tags=['dimension']) }}

select
    cast(store_id as int64) as store_id,
    cast(code as string) as code,
    cast(store_name as string) as store_name,
    cast(country as string) as country,
    cast(region as string) as region,
    cast(city as string) as city,
    cast(floor_area_m2 as int64) as floor_area_m2,
    cast(opened_on as date) as opened_on,
    updated_at
from {{ source('staging', 'stores') }}
