{{ config(tags=['dimension']) }}

select
    cast(customer_id as int64) as customer_id,
    cast(first_name as string) as first_name,
    cast(last_name as string) as last_name,
    cast(email as string) as email,
    cast(country as string) as country,
    cast(city as string) as city,
    cast(birth_date as date) as birth_date,
    cast(loyalty_tier as string) as loyalty_tier,
    cast(marketing_opt_in as bool) as marketing_opt_in,
    registered_at,
    updated_at
from {{ source('staging', 'customers') }}
