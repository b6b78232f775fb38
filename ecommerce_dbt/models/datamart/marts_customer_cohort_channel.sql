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

-- A person's first order is of a loaded day, or of a day before all of them.
candidates as (

    select
        person_key,
        business_date,
        channel,
        created_at
    from orders
    union all
    select
        known.person_key,
        {{ business_day('known.first_order_at') }} as business_date,
        {{ group_of('channel', 'known.channel') }} as channel,
        known.first_order_at as created_at
    from {{ source('staging', 'first_orders') }} as known
    {{ join_words('channel', 'known.channel') }}

),

numbered as (

    select
        *,
        row_number() over (partition by person_key order by created_at, business_date, channel) as order_number
    from candidates

),

firsts as (

    select
        numbered.person_key,
        numbered.channel,
        dates.week_start_date,
        dates.month_start_date
    from numbered
    inner join {{ ref('dim_date') }} as dates on numbered.business_date = dates.date_day
    where numbered.order_number = 1

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
