{{ config(tags=['summary']) }}

with orders as (

    select
        *,
        customer_id = {{ guest() }} as is_guest
    from {{ ref('fact_order') }}
    where is_sold

),

-- Guests cannot be told apart: whether it is a guest's first order nobody knows.
numbered as (

    select
        business_date,
        channel,
        net_amount,
        case
            when is_guest then 'guest'
            when row_number() over (partition by customer_id order by created_at, transaction_id) = 1 then 'new'
            else 'returning'
        end as buyer
    from orders

)

select
    business_date,
    channel,
    {% for buyer in ['new', 'returning', 'guest'] -%}
    {{ total_count("case when buyer = '" ~ buyer ~ "' then 1 else 0 end") }} as orders_{{ buyer }},
    {% endfor -%}
    {{ total_amount("case when buyer = 'new' then net_amount else 0 end") }} as amount_new,
    {{ total_amount("case when buyer = 'returning' then net_amount else 0 end") }} as amount_returning,
    {{ total_amount("case when buyer = 'guest' then net_amount else 0 end") }} as amount_guest
from numbered
group by business_date, channel
