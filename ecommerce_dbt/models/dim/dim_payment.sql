{{ config(tags=['dimension']) }}

with present as (

    select
        payment_method_id,
        code,
        method_name,
        method_type,
        provider,
        fee_percent,
        is_online
    from {{ ref('stg_payment_methods') }}

)

{{ with_lost_rows('present', 'payment_method_id', {unknown(): 'unknown'}) }}
