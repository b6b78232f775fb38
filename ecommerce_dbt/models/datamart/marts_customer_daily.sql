{{ config(tags=['summary']) }}

-- Of an order of nobody, it is not known whether it is a buyer's first.
with numbered as (

    select
        business_date,
        channel,
        net_amount,
        exchange_rate,
        case
            when person_key is null then 'guest'
            when row_number() over (partition by person_key order by created_at, transaction_id) = 1 then 'new'
            else 'returning'
        end as buyer
    from {{ ref('fact_order') }}
    where is_sold

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
