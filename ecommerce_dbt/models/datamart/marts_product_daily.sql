{{ by_day(cluster_by=['product_id', 'channel']) }}

with sales as (

    select
        business_date,
        channel,
        product_id,
        sum(quantity) as units,
        {{ total_reported('gross_amount') }} as gross_amount,
        {{ total_reported('discount_amount') }} as discount_amount,
        0 as units_returned,
        0 as refund_amount
    from {{ ref('fact_transaction') }}
    where
        is_sold
        and {{ in_days() }}
    group by business_date, channel, product_id

),

refunded as (

    select
        business_date,
        channel,
        product_id,
        0 as units,
        0 as gross_amount,
        0 as discount_amount,
        sum(quantity) as units_returned,
        {{ total_reported('refund_amount') }} as refund_amount
    from {{ ref('fact_refund_line') }}
    where
        is_counted
        and {{ in_days() }}
    group by business_date, channel, product_id

),

combined as (

    select * from sales
    union all
    select * from refunded

)

select
    business_date,
    channel,
    product_id,
    {{ total_quantity('units') }} as units,
    {{ total_quantity('units_returned') }} as units_returned,
    {{ total_of_reported('gross_amount') }} as gross_amount,
    {{ total_of_reported('discount_amount') }} as discount_amount,
    {{ total_of_reported('refund_amount') }} as refund_amount,
    {{ total_of_reported('gross_amount - discount_amount - refund_amount') }} as net_amount
from combined
group by business_date, channel, product_id
