{{ by_day('recorded_date', cluster_by=['session_id']) }}

with classified as (

    {{ classified('sessions') }}

)

select
    session_id,
    customer_id,
    channel,
    device,
    traffic_source,
    campaign,
    page_views,
    product_views,
    cart_adds,
    checkout_started,
    duration_seconds,
    created_at,
    recorded_at,
    created_date,
    recorded_date
from classified
where
    verdict = 'valid'
    and {{ in_written_window() }}
