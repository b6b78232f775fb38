{{ config(tags=['summary']) }}

with orders as (

    {{ sold_orders_by_buyer() }}

)

select
    business_date,
    channel,
    customer_country,
    device,
    {% for buyer in ['new', 'returning', 'guest'] -%}
    {{ total_count("case when buyer = '" ~ buyer ~ "' then 1 else 0 end") }} as orders_{{ buyer }},
    {% endfor -%}
    {{ total_reported("case when buyer = 'new' then net_amount else 0 end") }} as amount_new,
    {{ total_reported("case when buyer = 'returning' then net_amount else 0 end") }} as amount_returning,
    {{ total_reported("case when buyer = 'guest' then net_amount else 0 end") }} as amount_guest
from orders
group by business_date, channel, customer_country, device
