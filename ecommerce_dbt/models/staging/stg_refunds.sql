{{ by_day('recorded_date', cluster_by=['refund_id']) }}

with classified as (

    {{ classified('refunds') }}

)

select
    refund_id,
    transaction_id,
    transaction_item_id,
    customer_id,
    product_id,
    store_id,
    channel,
    payment_method_id,
    quantity,
    amount,
    reason as refund_reason,
    created_at,
    recorded_at,
    created_date,
    recorded_date
from classified
where
    verdict = 'valid'
    and {{ in_written_window() }}
