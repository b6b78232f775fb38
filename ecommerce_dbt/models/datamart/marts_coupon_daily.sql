{{ by_day(cluster_by=['coupon_code', 'channel']) }}

with sales as (

    select
        business_date,
        channel,
        coalesce(coupon_code, 'none') as coupon_code,
        count(*) as orders_sold,
        {{ total_reported('gross_amount') }} as gross_amount,
        {{ total_reported('discount_amount') }} as discount_amount,
        0 as refund_amount
    from {{ ref('fact_order') }}
    where
        is_sold
        and {{ in_days() }}
    group by business_date, channel, coalesce(coupon_code, 'none')

),

refunded as (

    select
        business_date,
        channel,
        coalesce(coupon_code, 'none') as coupon_code,
        0 as orders_sold,
        0 as gross_amount,
        0 as discount_amount,
        {{ total_reported('refund_amount') }} as refund_amount
    from {{ ref('fact_refund') }}
    where
        is_counted
        and {{ in_days() }}
    group by business_date, channel, coalesce(coupon_code, 'none')

),

combined as (

    select * from sales
    union all
    select * from refunded

)

select
    business_date,
    channel,
    coupon_code,
    {{ total_count('orders_sold') }} as orders_sold,
    {{ total_of_reported('gross_amount') }} as gross_amount,
    {{ total_of_reported('discount_amount') }} as discount_amount,
    {{ total_of_reported('refund_amount') }} as refund_amount,
    {{ total_of_reported('gross_amount - discount_amount - refund_amount') }} as net_amount
from combined
group by business_date, channel, coupon_code
