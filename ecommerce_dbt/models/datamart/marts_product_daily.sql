{{ by_day(cluster_by=['product_id', 'channel']) }}

with sales as (

    select
        business_date,
        channel,
        product_id,
        sum(quantity) as units,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
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
        sum(refund_amount) as refund_amount
    from {{ ref('fact_refund') }}
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
    {{ total_amount('gross_amount') }} as gross_amount,
    {{ total_amount('discount_amount') }} as discount_amount,
    {{ total_amount('refund_amount') }} as refund_amount,
    {{ total_amount('gross_amount - discount_amount - refund_amount') }} as net_amount
from combined
group by business_date, channel, product_id
