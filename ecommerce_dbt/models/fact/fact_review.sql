{{ by_day('created_date', cluster_by=['product_id']) }}

select
    review_id,
    transaction_id,
    created_date,
    created_at,
    product_id,
    customer_id,
    rating,
    sentiment,
    title,
    body
from {{ ref('stg_reviews') }}
where
    {{ in_happened_window() }}
    and {{ in_written_window() }}
