{{ by_day(cluster_by=['product_id']) }}

select
    review_id,
    transaction_id,
    business_date,
    created_at,
    coalesce(product_id, {{ unknown() }}) as product_id,
    coalesce(customer_id, {{ unknown() }}) as customer_id,
    rating,
    sentiment
from {{ ref('stg_reviews') }}
where {{ in_days() }}
