{{ by_day(cluster_by=['known_date', 'channel']) }}

with orders as (

    select
        business_date,
        transaction_id,
        channel,
        sold_on as known_from,
        {{ business_day('cancelled_at') }} as known_until,
        is_sold
    from {{ ref('fact_order') }}
    where
        sold_on is not null
        and {{ in_days() }}

),

refunds as (

    select
        refunds.*,
        {{ business_day(known_at('created_at', 'updated_at')) }} as refunded_on
    from {{ ref('fact_refund_line') }} as refunds
    where {{ in_days('refunds.business_date') }}

),

orders_refunded as (

    {{ orders_named('transaction_id', 'refunds') }}

),

-- Each counts from a day on and, if its order was cancelled, until a day.
spans as (

    select
        business_date,
        channel,
        {{ cast_to('null', 'text') }} as category,
        known_from,
        known_until,
        is_sold,
        1 as orders_sold,
        {{ cast_to('0', 'reporting_money') }} as net_amount
    from orders
    union all
    select
        orders.business_date,
        orders.channel,
        coalesce(products.category, 'unknown') as category,
        orders.known_from,
        orders.known_until,
        orders.is_sold,
        0 as orders_sold,
        {{ cast_to('order_lines.net_amount * order_lines.exchange_rate', 'reporting_money') }} as net_amount
    from {{ ref('fact_transaction') }} as order_lines
    inner join orders
        on
            order_lines.business_date = orders.business_date
            and order_lines.transaction_id = orders.transaction_id
    left join {{ ref('dim_product') }} as products on order_lines.product_id = products.product_id
    where {{ in_days('order_lines.business_date') }}
    union all
    select
        refunds.business_date,
        refunds.channel,
        coalesce(products.category, 'unknown') as category,
        greatest(refunds.business_date, refunds.refunded_on, coalesce(orders_refunded.sold_on, refunds.refunded_on))
            as known_from,
        {{ business_day('orders_refunded.cancelled_at') }} as known_until,
        refunds.is_counted as is_sold,
        0 as orders_sold,
        {{ cast_to('-refunds.refund_amount * refunds.exchange_rate', 'reporting_money') }} as net_amount
    from refunds
    left join orders_refunded on refunds.transaction_id = orders_refunded.transaction_id
    left join {{ ref('dim_product') }} as products on refunds.product_id = products.product_id
    where refunds.is_counted or orders_refunded.sold_on is not null

),

entries as (

    select
        business_date,
        known_from as known_date,
        channel,
        category,
        orders_sold,
        net_amount
    from spans
    where is_sold or known_from < known_until
    union all
    select
        business_date,
        known_until as known_date,
        channel,
        category,
        -orders_sold as orders_sold,
        -net_amount as net_amount
    from spans
    where
        not is_sold
        and known_from < known_until

)

select
    business_date,
    known_date,
    channel,
    category,
    {{ total_count('orders_sold') }} as orders_sold,
    {{ total_of_reported('net_amount') }} as net_amount
from entries
group by business_date, known_date, channel, category
