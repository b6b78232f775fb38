{{ by_day(cluster_by=['channel']) }}

with visits as (

    select *
    from {{ ref('dim_session') }}
    where {{ in_days() }}

),

orders as (

    {{ orders_named('session_id', 'visits') }}

),

orders_of_session as (

    select
        session_id,
        max(case when is_sold then 1 else 0 end) as sold
    from orders
    group by session_id

)

select
    visits.business_date,
    visits.channel,
    coalesce(visits.device, 'unknown') as device,
    coalesce(visits.traffic_source, 'unknown') as traffic_source,
    count(*) as sessions,
    {{ total_count('case when visits.product_views > 0 then 1 else 0 end') }} as sessions_with_product_view,
    {{ total_count('case when visits.cart_adds > 0 then 1 else 0 end') }} as sessions_with_cart,
    {{ total_count('case when visits.checkout_started then 1 else 0 end') }} as sessions_with_checkout,
    {{ total_count('case when orders_of_session.session_id is not null then 1 else 0 end') }} as sessions_with_order,
    {{ total_count('coalesce(orders_of_session.sold, 0)') }} as sessions_with_sold_order
from visits
left join orders_of_session on visits.session_id = orders_of_session.session_id
group by
    visits.business_date,
    visits.channel,
    coalesce(visits.device, 'unknown'),
    coalesce(visits.traffic_source, 'unknown')
