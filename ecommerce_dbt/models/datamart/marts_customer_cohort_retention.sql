{{ config(tags=['summary']) }}

with orders as (

    select
        customer_id,
        net_amount,
        {{ month_start('business_date') }} as order_month
    from {{ ref('fact_order') }}
    where
        is_sold
        and customer_id <> {{ guest() }}

),

purchases as (

    select
        customer_id,
        order_month,
        count(*) as orders,
        sum(net_amount) as amount_before_refunds
    from orders
    group by customer_id, order_month

),

cohorts as (

    select
        customer_id,
        min(order_month) as cohort_month
    from purchases
    group by customer_id

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
    inner join cohorts on purchases.customer_id = cohorts.customer_id
    inner join sizes on cohorts.cohort_month = sizes.cohort_month

)

select
    cohort_month,
    months_since_first,
    cohort_customers,
    count(*) as active_customers,
    {{ total_count('orders') }} as orders,
    {{ total_amount('amount_before_refunds') }} as amount_before_refunds
from activity
group by cohort_month, months_since_first, cohort_customers
