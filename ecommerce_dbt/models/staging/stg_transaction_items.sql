{{ by_day('recorded_date', cluster_by=['transaction_item_id']) }}

with classified as (

    {{ classified('transaction_items') }}

)

select
    transaction_item_id,
    transaction_id,
    line_number,
    product_id,
    quantity,
    unit_price,
    gross_amount,
    created_at,
    recorded_at,
    created_date,
    recorded_date
from classified
where
    verdict = 'valid'
    and {{ in_written_window() }}
