{{ config(tags=['summary']) }}

with orders as (

    select
        person_key,
        net_amount,
        exchange_rate,
        {{ month_start('business_date') }} as order_month
    from {{ ref('fact_order') }}
    where
        is_sold
        and person_key is not null

),

purchases as (

    select
        person_key,
        order_month,
        count(*) as orders,
        {{ total_reported('net_amount') }} as amount_before_refunds
    from orders
    group by person_key, order_month

),

-- A person's first order is of a loaded day, or of a day before all of them.
months as (

    select
        person_key,
        order_month
    from purchases
    union all
    select
        person_key,
        {{ month_start(business_day('first_order_at')) }} as order_month
    from {{ source('staging', 'first_orders') }}

),

cohorts as (

    select
        person_key,
        min(order_month) as cohort_month
    from months
    group by person_key

),

sizes as (

    select
        cohort_month,
        count(*) as cohort_customers
    from cohorts
    group by cohort_month

),

activity as (

    select
        cohorts.cohort_month,
        sizes.cohort_customers,
        purchases.orders,
        purchases.amount_before_refunds,
        {{ units_between('cohorts.cohort_month', 'purchases.order_month', 'month') }} as months_since_first
    from purchases
    inner join cohorts on purchases.person_key = cohorts.person_key
    inner join sizes on cohorts.cohort_month = sizes.cohort_month

)

select
    cohort_month,
    months_since_first,
    cohort_customers,
    count(*) as active_customers,
    {{ total_count('orders') }} as orders,
    {{ total_of_reported('amount_before_refunds') }} as amount_before_refunds
from activity
group by cohort_month, months_since_first, cohort_customers
