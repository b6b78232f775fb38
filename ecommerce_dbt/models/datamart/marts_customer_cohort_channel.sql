{{ config(tags=['summary']) }}

with orders as (

    select
        person_key,
        business_date,
        channel,
        created_at
    from {{ ref('fact_order') }}
    where
        is_sold
        and person_key is not null

),

first_orders as (

    {{ first_purchases('orders') }}

),

firsts as (

    select
        first_orders.person_key,
        first_orders.channel,
        dates.week_start_date,
        dates.month_start_date
    from first_orders
    inner join {{ ref('dim_date') }} as dates on first_orders.business_date = dates.date_day

),

ordered as (

    select
        orders.person_key,
        dates.week_start_date,
        dates.month_start_date
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
        ordered.person_key,
        {{ units_between('firsts.' ~ unit ~ '_start_date', 'ordered.' ~ unit ~ '_start_date', unit) }}
            as units_since_first
    from ordered
    inner join firsts on ordered.person_key = firsts.person_key
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

sizes as (

    {% for unit in ['week', 'month'] %}
    select
        '{{ unit }}' as cohort_unit,
        {{ unit }}_start_date as cohort_start_date,
        channel,
        count(*) as cohort_customers
    from firsts
    group by {{ unit }}_start_date, channel
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
    active.cohort_unit,
    active.cohort_start_date,
    active.channel,
    active.units_since_first,
    sizes.cohort_customers,
    active.active_customers
from active
inner join sizes
    on
        active.cohort_unit = sizes.cohort_unit
        and active.cohort_start_date = sizes.cohort_start_date
        and active.channel = sizes.channel
