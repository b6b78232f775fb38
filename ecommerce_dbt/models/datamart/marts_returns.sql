{{ by_day(cluster_by=['refund_reason', 'product_id']) }}

with returned as (

    select
        *,
        {{ units_between('order_date', 'business_date', 'day') }} as days_until_return
    from {{ ref('fact_refund_line') }}
    where
        is_counted
        and {{ in_days() }}

)

select
    business_date,
    channel,
    refund_reason,
    product_id,
    category,
    days_until_return,
    count(distinct refund_id) as refunds,
    {{ total_quantity('quantity') }} as units_returned,
    {{ total_reported('refund_amount') }} as refund_amount
from returned
group by business_date, channel, refund_reason, product_id, category, days_until_return
