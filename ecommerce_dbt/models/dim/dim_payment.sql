{{ config(tags=['dimension']) }}

with present as (

    select
        methods.payment_method_id,
        methods.code,
        methods.method_name,
        coalesce(payment_method.group_name, methods.method_type) as method_type,
        methods.method_type as shop_method_type,
        methods.provider,
        methods.fee_percent,
        methods.is_online
    from {{ ref('stg_payment_methods') }} as methods
    {{ join_words(
        'payment_method', "case when methods.method_type = 'unknown' then methods.code else methods.method_type end"
    ) }}

)

{{ with_lost_rows('present', 'payment_method_id', {unknown(): 'unknown'}) }}
