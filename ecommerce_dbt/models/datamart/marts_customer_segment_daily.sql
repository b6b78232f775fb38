{{ config(tags=['summary']) }}

with sales as (

    select
        business_date,
        channel,
        person_key,
        count(*) as orders_sold,
        {{ total_reported('net_amount') }} as amount_before_refunds,
        0 as refund_amount
    from {{ ref('fact_order') }}
    where is_sold
    group by business_date, channel, person_key

),

refunded as (

    select
        business_date,
        channel,
        person_key,
        0 as orders_sold,
        0 as amount_before_refunds,
        {{ total_reported('refund_amount') }} as refund_amount
    from {{ ref('fact_refund') }}
    where is_counted
    group by business_date, channel, person_key

),

combined as (

    select * from sales
    union all
    select * from refunded

),

-- A refund for another person than the order's may have one without a segment.
placed as (

    select
        combined.*,
        case
            when combined.person_key is null then 'guest'
            else coalesce(customers.segment, 'unknown')
        end as segment
    from combined
    left join {{ ref('marts_customer_rfm') }} as customers on combined.person_key = customers.person_key

)

select
    business_date,
    channel,
    segment,
    {{ total_count('orders_sold') }} as orders_sold,
    {{ total_of_reported('refund_amount') }} as refund_amount,
    {{ total_of_reported('amount_before_refunds - refund_amount') }} as net_amount
from placed
group by business_date, channel, segment
