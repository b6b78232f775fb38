{{ by_day('recorded_date', cluster_by=['refund_id']) }}

with classified as (

    {{ classified('refunds') }}

)

select
    verdict as reason,
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
    verdict not in ('valid', 'exact_duplicate')
    and {{ in_written_window() }}
