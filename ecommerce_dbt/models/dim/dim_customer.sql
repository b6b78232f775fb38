{{ config(tags=['dimension']) }}

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
    {{ utc_date('registered_at') }} as registered_date
from {{ ref('stg_customers') }}
