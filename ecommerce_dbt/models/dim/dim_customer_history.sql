{{ config(tags=['dimension']) }}

with present as (

    select
        customer_id,
        country,
        loyalty_tier,
        updated_at as valid_from
    from {{ ref('stg_customers') }}

)

{{ with_versions_seen('present', 'customer_id') }}
