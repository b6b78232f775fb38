{{ config(tags=['summary']) }}

with paid_lines as (

    select
        customer_id,
        transaction_id,
        net_amount,
        {{ month_start('created_date') }} as order_month
    from {{ ref('fact_transaction') }}
    where is_paid

),

purchases as (

    select
        customer_id,
        order_month,
        count(distinct transaction_id) as orders,
        sum(net_amount) as amount_before_refunds
    from paid_lines
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
