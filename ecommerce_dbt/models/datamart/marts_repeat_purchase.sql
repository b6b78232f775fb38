{{ config(tags=['summary']) }}

with orders as (

    select
        person_key,
        business_date,
        channel,
        created_at,
        row_number() over (partition by person_key order by created_at, business_date, transaction_id) as order_number
    from {{ ref('fact_order') }}
    where
        is_sold
        and person_key is not null

),

first_orders as (

    {{ first_purchases('orders') }}

),

history as (

    select min(business_date) as first_date
    from {{ ref('fact_order') }}

),

-- Of who ordered before the loaded days, it is not known which order is the second.
members as (

    select
        first_orders.person_key,
        first_orders.business_date as first_order_date,
        {{ month_start('first_orders.business_date') }} as cohort_month
    from first_orders
    cross join history
    where first_orders.business_date >= history.first_date

),

sizes as (

    select
        cohort_month,
        count(*) as cohort_customers
    from members
    group by cohort_month

),

reached as (

    select
        members.cohort_month,
        orders.order_number,
        {{ units_between('members.first_order_date', 'orders.business_date', 'day') }} as days_since_first
    from orders
    inner join members on orders.person_key = members.person_key
    where orders.order_number <= 3

)

select
    reached.cohort_month,
    reached.order_number,
    reached.days_since_first,
    sizes.cohort_customers,
    count(*) as customers
from reached
inner join sizes on reached.cohort_month = sizes.cohort_month
group by reached.cohort_month, reached.order_number, reached.days_since_first, sizes.cohort_customers
