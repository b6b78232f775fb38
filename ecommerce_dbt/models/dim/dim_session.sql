{{ by_day(cluster_by=['session_id']) }}

select
    session_id,
    business_date,
    created_at,
    customer_id,
    customer_id is not null as is_signed_in,
    channel,
    device,
    traffic_source,
    campaign,
    page_views,
    product_views,
    cart_adds,
    checkout_started,
    duration_seconds
from {{ ref('stg_sessions') }}
where {{ in_days() }}
