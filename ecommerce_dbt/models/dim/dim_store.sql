{{ config(tags=['dimension']) }}

select
    store_id,
    code,
    store_name,
    country,
    region,
    city,
    floor_area_m2,
    opened_on as opened_date
from {{ ref('stg_stores') }}
