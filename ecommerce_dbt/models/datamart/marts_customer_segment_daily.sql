{{ config(tags=['summary']) }}

with sales as (

    select
        created_date,
        channel,
        customer_id,
        count(distinct transaction_id) as orders_paid,
        sum(net_amount) as amount_before_refunds,
        0 as refund_amount
    from {{ ref('fact_transaction') }}
    where is_paid
    group by created_date, channel, customer_id

),

refunded as (

    select
        created_date,
        channel,
        customer_id,
        0 as orders_paid,
        0 as amount_before_refunds,
        sum(refund_amount) as refund_amount
    from {{ ref('fact_refund') }}
    group by created_date, channel, customer_id

),

combined as (

    select * from sales
    union all
    select * from refunded

),

-- A refund of a sale that was never loaded has a customer without a segment.
placed as (

    select
        combined.*,
        coalesce(customers.segment, 'unknown') as segment
    from combined
    left join {{ ref('marts_customer_rfm') }} as customers on combined.customer_id = customers.customer_id

)

select
    created_date,
    channel,
    segment,
    {{ total_count('orders_paid') }} as orders_paid,
    {{ total_amount('refund_amount') }} as refund_amount,
    {{ total_amount('amount_before_refunds - refund_amount') }} as net_amount
from placed
group by created_date, channel, segment
