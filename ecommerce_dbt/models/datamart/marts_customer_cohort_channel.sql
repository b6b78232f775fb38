{{ config(tags=['summary']) }}

with orders as (

    select
        person_key,
        transaction_id,
        business_date,
        channel,
        created_at
    from {{ ref('fact_order') }}
    where
        is_sold
        and person_key is not null

),

numbered as (

    select
        orders.*,
        dates.week_start_date,
        dates.month_start_date,
        row_number() over (partition by orders.person_key order by orders.created_at, orders.transaction_id)
            as order_number
    from orders
    inner join {{ ref('dim_date') }} as dates on orders.business_date = dates.date_day

),

-- Each order twice: in its week and in its month.
dated as (

    {% for unit in ['week', 'month'] %}
    select
        '{{ unit }}' as cohort_unit,
        firsts.{{ unit }}_start_date as cohort_start_date,
        firsts.channel,
        numbered.person_key,
        {{ units_between('firsts.' ~ unit ~ '_start_date', 'numbered.' ~ unit ~ '_start_date', unit) }}
            as units_since_first
    from numbered
    inner join numbered as firsts on numbered.person_key = firsts.person_key
    where firsts.order_number = 1
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

active as (

    select
        cohort_unit,
        cohort_start_date,
        channel,
        units_since_first,
        count(distinct person_key) as active_customers
    from dated
    group by cohort_unit, cohort_start_date, channel, units_since_first

)

select
    cohort_unit,
    cohort_start_date,
    channel,
    units_since_first,
    max(active_customers) over (partition by cohort_unit, cohort_start_date, channel) as cohort_customers,
    active_customers
from active
