{{ config(tags=['summary']) }}

with purchases as (

    select
        customer_id,
        cast({{ dbt.date_trunc('month', 'created_date') }} as date) as order_month,
        count(distinct transaction_id) as orders,
        sum(gross_amount - discount_amount) as amount_before_refunds
    from {{ ref('fact_transaction') }}
    where is_paid
    group by customer_id, cast({{ dbt.date_trunc('month', 'created_date') }} as date)

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

)

select
    cohorts.cohort_month,
    cast({{ dbt.datediff('cohorts.cohort_month', 'purchases.order_month', 'month') }} as int64) as months_since_first,
    cast(max(sizes.cohort_customers) as int64) as cohort_customers,
    cast(count(*) as int64) as active_customers,
    {{ total_count('purchases.orders') }} as orders,
    {{ total_amount('purchases.amount_before_refunds') }} as amount_before_refunds
from purchases
inner join cohorts on purchases.customer_id = cohorts.customer_id
inner join sizes on cohorts.cohort_month = sizes.cohort_month
group by
    cohorts.cohort_month,
    {{ dbt.datediff('cohorts.cohort_month', 'purchases.order_month', 'month') }}
