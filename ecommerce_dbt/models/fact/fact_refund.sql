{{ by_day(cluster_by=['product_id', 'customer_id']) }}

with refunds as (

    select *
    from {{ ref('stg_refunds') }}
    where {{ in_days() }}

),

orders as (

    {{ orders_named('transaction_id', 'refunds') }}

)

select
    refunds.refund_id,
    refunds.transaction_id,
    refunds.transaction_item_id,
    refunds.business_date,
    refunds.created_at,
    coalesce(refunds.customer_id, {{ guest() }}) as customer_id,
    coalesce(refunds.product_id, {{ unknown() }}) as product_id,
    {{ store_of_sale('refunds') }} as store_id,
    refunds.channel,
    coalesce(refunds.payment_method_id, {{ unknown() }}) as payment_method_id,
    refunds.quantity,
    refunds.amount as refund_amount,
    refunds.refund_reason,
    coalesce(orders.is_sold, false) as is_counted
from refunds
left join orders on refunds.transaction_id = orders.transaction_id
