{{ config(tags=['summary']) }}

with sales as (

    select
        business_date,
        channel,
        customer_id,
        count(*) as orders_sold,
        sum(net_amount) as amount_before_refunds,
        0 as refund_amount
    from {{ ref('fact_order') }}
    where is_sold
    group by business_date, channel, customer_id

),

refunded as (

    select
        business_date,
        channel,
        customer_id,
        0 as orders_sold,
        0 as amount_before_refunds,
        sum(refund_amount) as refund_amount
    from {{ ref('fact_refund') }}
    where is_counted
    group by business_date, channel, customer_id

),

combined as (

    select * from sales
    union all
    select * from refunded

),

-- A refund for another customer than the order's may have one without a segment.
placed as (

    select
        combined.*,
        case
            when combined.customer_id = {{ guest() }} then 'guest'
            else coalesce(customers.segment, 'unknown')
        end as segment
    from combined
    left join {{ ref('marts_customer_rfm') }} as customers on combined.customer_id = customers.customer_id

)

select
    business_date,
    channel,
    segment,
    {{ total_count('orders_sold') }} as orders_sold,
    {{ total_amount('refund_amount') }} as refund_amount,
    {{ total_amount('amount_before_refunds - refund_amount') }} as net_amount
from placed
group by business_date, channel, segment
