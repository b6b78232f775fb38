{{ config(tags=['summary']) }}

with orders as (

    select
        *,
        row_number() over (partition by person_key order by created_at, transaction_id) as order_number
    from {{ ref('fact_order') }}
    where is_sold

),

-- Of an order of nobody, it is not known whether it is a buyer's first.
numbered as (

    select
        orders.business_date,
        orders.channel,
        orders.net_amount,
        orders.exchange_rate,
        case
            when orders.person_key is null then 'guest'
            when
                orders.order_number = 1
                and orders.created_at <= coalesce(firsts.first_order_at, orders.created_at) then 'new'
            else 'returning'
        end as buyer
    from orders
    left join {{ source('staging', 'first_orders') }} as firsts on orders.person_key = firsts.person_key

)

select
    business_date,
    channel,
    {% for buyer in ['new', 'returning', 'guest'] -%}
    {{ total_count("case when buyer = '" ~ buyer ~ "' then 1 else 0 end") }} as orders_{{ buyer }},
    {% endfor -%}
    {{ total_reported("case when buyer = 'new' then net_amount else 0 end") }} as amount_new,
    {{ total_reported("case when buyer = 'returning' then net_amount else 0 end") }} as amount_returning,
    {{ total_reported("case when buyer = 'guest' then net_amount else 0 end") }} as amount_guest
from numbered
group by business_date, channel
