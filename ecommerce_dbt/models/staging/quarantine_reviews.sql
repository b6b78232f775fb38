{{ by_day('recorded_date', cluster_by=['review_id']) }}

with classified as (

    {{ classified('reviews') }}

)

select
    verdict as reason,
    review_id,
    transaction_id,
    product_id,
    customer_id,
    rating,
    title,
    body,
    sentiment,
    created_at,
    recorded_at,
    created_date,
    recorded_date
from classified
where
    verdict not in ('valid', 'exact_duplicate')
    and {{ in_written_window() }}
