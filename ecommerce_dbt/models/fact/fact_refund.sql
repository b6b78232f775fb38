{{ by_day(cluster_by=['transaction_id', 'customer_id']) }}

with refunds as (

    select
        refunds.*,
        {{ group_of('channel', 'refunds.channel') }} as channel_group,
        {{ group_of('refund_reason', 'refunds.refund_reason') }} as reason_group
    from {{ ref('stg_refunds') }} as refunds
    {{ join_words('channel', 'refunds.channel') }}
    {{ join_words('refund_reason', 'refunds.refund_reason') }}
    where {{ in_days('refunds.business_date') }}

),

orders as (

    {{ orders_named('transaction_id', 'refunds') }}

),

visits as (

    {{ visits_named('orders') }}

),

broken_orders as (

    select distinct transaction_id
    from {{ ref('quarantine_transactions') }}
    where transaction_id in (select refunds.transaction_id from refunds)

),

-- An order that is not here is of a day before the first: it was sold, as far as can be known.
of_orders as (

    select
        refunds.refund_id,
        refunds.transaction_id,
        refunds.transaction_item_id,
        refunds.business_date,
        refunds.created_at,
        refunds.updated_at,
        refunds.product_id,
        refunds.quantity,
        refunds.goods_amount,
        refunds.shipping_amount,
        refunds.tax_amount,
        refunds.refund_reason,
        refunds.reason_group,
        coalesce(refunds.customer_id, orders.customer_id, {{ guest() }}) as customer_id,
        coalesce({{ person_key('refunds.customer_id') }}, orders.person_key) as person_key,
        coalesce(refunds.channel_group, orders.channel, 'unknown') as channel,
        coalesce(refunds.store_id, orders.store_id) as store_id,
        coalesce(refunds.payment_method_id, orders.payment_method_id, {{ unknown() }}) as payment_method_id,
        coalesce(orders.business_date, refunds.business_date) as rate_date,
        orders.business_date as order_date,
        coalesce(orders.loyalty_tier, 'unknown') as loyalty_tier,
        coalesce(orders.customer_country, 'unknown') as customer_country,
        coalesce(visits.device, 'unknown') as device,
        coalesce(visits.traffic_source, 'unknown') as traffic_source,
        coalesce(visits.campaign, 'unknown') as campaign,
        case when orders.transaction_id is null then 'unknown' else orders.coupon_code end as coupon_code,
        case
            when trim(refunds.currency) <> '' then {{ currency_of('refunds.currency') }}
            else coalesce(orders.currency, '{{ reporting_currency() }}')
        end as refund_currency,
        coalesce(orders.is_sold, broken_orders.transaction_id is null) as is_counted
    from refunds
    left join orders on refunds.transaction_id = orders.transaction_id
    -- Not by the order, which may have been built before its visit.
    left join visits on orders.session_id = visits.session_id
    left join broken_orders on refunds.transaction_id = broken_orders.transaction_id

)

select
    of_orders.refund_id,
    of_orders.transaction_id,
    of_orders.transaction_item_id,
    of_orders.business_date,
    of_orders.order_date,
    of_orders.created_at,
    of_orders.updated_at,
    of_orders.customer_id,
    of_orders.person_key,
    of_orders.loyalty_tier,
    of_orders.customer_country,
    of_orders.product_id,
    of_orders.device,
    of_orders.traffic_source,
    of_orders.campaign,
    {{ store_of_sale('of_orders.channel', 'of_orders.store_id') }} as store_id,
    of_orders.channel,
    of_orders.payment_method_id,
    of_orders.refund_currency as currency,
    {{ rate_of('of_orders.refund_currency') }} as exchange_rate,
    of_orders.coupon_code,
    of_orders.quantity,
    of_orders.goods_amount as refund_amount,
    of_orders.shipping_amount as refund_shipping_amount,
    of_orders.tax_amount as refund_tax_amount,
    of_orders.reason_group as refund_reason,
    of_orders.refund_reason as shop_reason,
    of_orders.is_counted
from of_orders
{{ join_rates('of_orders.refund_currency', 'of_orders.rate_date') }}
