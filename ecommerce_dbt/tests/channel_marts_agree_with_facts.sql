-- Over all days, the marts by channel have the same revenue, orders, customers and attempts as the others, to the cent.
{{ config(meta={'dagster': {'ref': {'name': 'marts_payment_channel_daily'}}}) }}

with totals as (

    select
        'channel_store' as mart,
        sum(orders_sold) as orders_sold,
        sum(net_amount) as net_amount,
        sum(refund_amount) as refund_amount,
        0 as attempts
    from {{ ref('marts_channel_store_daily') }}
    union all
    select
        'payment_channel' as mart,
        sum(orders_sold) as orders_sold,
        sum(net_amount) as net_amount,
        sum(refund_amount) as refund_amount,
        sum(attempts) as attempts
    from {{ ref('marts_payment_channel_daily') }}
    union all
    select
        'payment' as mart,
        0 as orders_sold,
        0 as net_amount,
        0 as refund_amount,
        sum(attempts) as attempts
    from {{ ref('marts_payment_transaction_summary') }}
    union all
    select
        'product' as mart,
        0 as orders_sold,
        sum(net_amount) as net_amount,
        sum(refund_amount) as refund_amount,
        0 as attempts
    from {{ ref('marts_product_daily') }}
    union all
    select
        'customer' as mart,
        sum(orders_new + orders_returning + orders_guest) as orders_sold,
        sum(amount_new + amount_returning + amount_guest) as net_amount,
        0 as refund_amount,
        0 as attempts
    from {{ ref('marts_customer_daily') }}
    union all
    select
        'segment' as mart,
        sum(orders_sold) as orders_sold,
        sum(net_amount) as net_amount,
        sum(refund_amount) as refund_amount,
        0 as attempts
    from {{ ref('marts_customer_segment_daily') }}
    union all
    select
        'cohort_' || cohort_unit as mart,
        sum(active_customers) as orders_sold,
        0 as net_amount,
        0 as refund_amount,
        0 as attempts
    from {{ ref('marts_customer_cohort_channel') }}
    where units_since_first = 0
    group by cohort_unit
    union all
    select
        'first_order' as mart,
        sum(orders_new) as orders_sold,
        0 as net_amount,
        0 as refund_amount,
        0 as attempts
    from {{ ref('marts_customer_daily') }}

),

compared as (

    select
        exists(select 1 from {{ source('staging', 'first_orders') }}) as has_history,
        max(case when mart = 'channel_store' then orders_sold end) as orders_sold,
        max(case when mart = 'payment_channel' then orders_sold end) as orders_sold_by_payment,
        max(case when mart = 'customer' then orders_sold end) as orders_sold_by_customer,
        max(case when mart = 'segment' then orders_sold end) as orders_sold_by_segment,
        max(case when mart = 'first_order' then orders_sold end) as new_customers,
        max(case when mart = 'cohort_week' then orders_sold end) as new_customers_by_week,
        max(case when mart = 'cohort_month' then orders_sold end) as new_customers_by_month,
        max(case when mart = 'channel_store' then net_amount end) as net_amount,
        max(case when mart = 'segment' then net_amount end) as net_amount_by_segment,
        max(case when mart = 'payment_channel' then net_amount end) as net_amount_by_payment,
        max(case when mart = 'product' then net_amount end) as net_amount_by_product,
        max(case when mart = 'customer' then net_amount end)
        - max(case when mart = 'channel_store' then refund_amount end) as net_amount_by_customer,
        max(case when mart = 'payment_channel' then attempts end) as attempts_by_channel,
        max(case when mart = 'payment' then attempts end) as attempts
    from totals

)

-- Who ordered first before the loaded days may order again in the same week.
select *
from compared
where
    orders_sold <> orders_sold_by_payment
    or orders_sold <> orders_sold_by_customer
    or orders_sold <> orders_sold_by_segment
    or (new_customers <> new_customers_by_week and not has_history)
    or (new_customers <> new_customers_by_month and not has_history)
    or {{ sums_differ('net_amount', 'net_amount_by_segment') }}
    or {{ sums_differ('net_amount', 'net_amount_by_payment') }}
    or {{ sums_differ('net_amount', 'net_amount_by_product') }}
    or {{ sums_differ('net_amount', 'net_amount_by_customer') }}
    or attempts <> attempts_by_channel
