{{ config(tags=['dimension']) }}

with present as (

    select
        customer_id,
        country,
        city,
        {{ cast_to('extract(year from birth_date)', 'integer') }} as birth_year,
        loyalty_tier,
        marketing_opt_in,
        {{ business_day('registered_at') }} as registered_date
    from {{ ref('stg_customers') }}

)

{{ with_lost_rows('present', 'customer_id', {guest(): 'guest', unknown(): 'unknown'}) }}
