{{ by_day('recorded_date', cluster_by=['transaction_id']) }}

with classified as (

    {{ classified('transactions') }}

)

select
    transaction_id,
    customer_id,
    session_id,
    store_id,
    channel,
    payment_method_id,
    currency,
    coupon_code,
    line_count,
    gross_amount,
    discount_amount,
    shipping_amount,
    total_amount,
    created_at,
    recorded_at,
    created_date,
    recorded_date
from classified
where
    verdict = 'valid'
    and {{ in_written_window() }}
