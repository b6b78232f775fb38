{{ by_day('created_date', cluster_by=['product_id', 'customer_id']) }}

select
    refund_id,
    transaction_id,
    transaction_item_id,
    created_date,
    created_at,
    customer_id,
    product_id,
    store_id,
    channel,
    payment_method_id,
    quantity,
    amount as refund_amount,
    refund_reason
from {{ ref('stg_refunds') }}
where
    {{ in_happened_window() }}
    and {{ in_written_window() }}
