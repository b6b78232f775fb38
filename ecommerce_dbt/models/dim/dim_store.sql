{{ config(tags=['dimension']) }}

with present as (

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

)

{{ with_lost_rows('present', 'store_id', {unknown(): 'unknown'}) }}
