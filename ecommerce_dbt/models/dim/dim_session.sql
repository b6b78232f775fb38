{{ by_day(cluster_by=['session_id']) }}

select
    sessions.session_id,
    sessions.business_date,
    sessions.created_at,
    sessions.customer_id,
    sessions.customer_id is not null as is_signed_in,
    {{ group_of('channel', 'sessions.channel') }} as channel,
    sessions.device,
    sessions.traffic_source,
    sessions.campaign,
    sessions.page_views,
    sessions.product_views,
    sessions.cart_adds,
    sessions.checkout_started,
    sessions.duration_seconds
from {{ ref('stg_sessions') }} as sessions
{{ join_words('channel', 'sessions.channel') }}
where {{ in_days('sessions.business_date') }}
