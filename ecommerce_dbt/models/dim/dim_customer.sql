{{ config(tags=['dimension']) }}

with present as (

    select
        customer_id,
        first_name,
        last_name,
        email,
        country,
        city,
        birth_date,
        loyalty_tier,
        marketing_opt_in,
        {{ business_day('registered_at') }} as registered_date
    from {{ ref('stg_customers') }}

)

{{ with_lost_rows('present', 'customer_id', {guest(): 'guest', unknown(): 'unknown'}) }}
