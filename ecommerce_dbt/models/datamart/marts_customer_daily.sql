{{ config(tags=['summary']) }}

with orders as (

    select
        customer_id,
        transaction_id,
        created_date,
        channel,
        min(created_at) as ordered_at,
        sum(net_amount) as amount_before_refunds
    from {{ ref('fact_transaction') }}
    where is_paid
    group by customer_id, transaction_id, created_date, channel

),

numbered as (

    select
        *,
        row_number() over (partition by customer_id order by ordered_at, transaction_id) as order_number
    from orders

)

select
    created_date,
    channel,
    {{ total_count('case when order_number = 1 then 1 else 0 end') }} as orders_new,
    {{ total_count('case when order_number = 1 then 0 else 1 end') }} as orders_returning,
    {{ total_amount('case when order_number = 1 then amount_before_refunds else 0 end') }} as amount_new,
    {{ total_amount('case when order_number = 1 then 0 else amount_before_refunds end') }} as amount_returning
from numbered
group by created_date, channel
