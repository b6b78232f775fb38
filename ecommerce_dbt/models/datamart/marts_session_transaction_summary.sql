{{ by_day(cluster_by=['channel', 'device', 'traffic_source']) }}

with visits as (

    select *
    from {{ ref('dim_session') }}
    where {{ in_days() }}

),

orders_of_visits as (

    {{ orders_named('session_id', 'visits') }}

),

orders_of_session as (

    select
        session_id,
        max(case when is_sold then 1 else 0 end) as sold
    from orders_of_visits
    group by session_id

),

visited as (

    select
        visits.business_date,
        visits.channel,
        visits.device,
        visits.traffic_source,
        count(*) as sessions,
        sum(case when visits.is_signed_in then 1 else 0 end) as sessions_signed_in,
        sum(case when orders_of_session.session_id is not null then 1 else 0 end) as sessions_with_order,
        sum(coalesce(orders_of_session.sold, 0)) as sessions_with_sold_order,
        sum(visits.page_views) as page_views,
        sum(visits.duration_seconds) as duration_seconds,
        0 as orders_placed,
        0 as orders_sold,
        0 as units,
        0 as gross_amount,
        0 as discount_amount
    from visits
    left join orders_of_session on visits.session_id = orders_of_session.session_id
    group by visits.business_date, visits.channel, visits.device, visits.traffic_source

),

online_orders as (

    select *
    from {{ ref('fact_order') }}
    where
        channel <> 'store'
        and {{ in_days() }}

),

-- An order whose visit is not known, or was on another day, still counts: the mart adds up to all online sales.
bought as (

    select
        online_orders.business_date,
        online_orders.channel,
        coalesce(visits.device, 'unknown') as device,
        coalesce(visits.traffic_source, 'unknown') as traffic_source,
        0 as sessions,
        0 as sessions_signed_in,
        0 as sessions_with_order,
        0 as sessions_with_sold_order,
        0 as page_views,
        0 as duration_seconds,
        count(*) as orders_placed,
        sum(case when online_orders.is_sold then 1 else 0 end) as orders_sold,
        sum(case when online_orders.is_sold then online_orders.units else 0 end) as units,
        {{ total_reported(
            'case when online_orders.is_sold then online_orders.gross_amount else 0 end'
        ) }} as gross_amount,
        {{ total_reported(
            'case when online_orders.is_sold then online_orders.discount_amount else 0 end'
        ) }} as discount_amount
    from online_orders
    left join visits
        on
            online_orders.session_id = visits.session_id
            and online_orders.business_date = visits.business_date
            and online_orders.channel = visits.channel
    group by
        online_orders.business_date,
        online_orders.channel,
        coalesce(visits.device, 'unknown'),
        coalesce(visits.traffic_source, 'unknown')

),

counted as (

    select * from visited
    union all
    select * from bought

)

select
    business_date,
    channel,
    device,
    traffic_source,
    {{ total_count('sessions') }} as sessions,
    {{ total_count('sessions_signed_in') }} as sessions_signed_in,
    {{ total_count('sessions_with_order') }} as sessions_with_order,
    {{ total_count('sessions_with_sold_order') }} as sessions_with_sold_order,
    {{ total_count('page_views') }} as page_views,
    {{ total_count('duration_seconds') }} as duration_seconds,
    {{ total_count('orders_placed') }} as orders_placed,
    {{ total_count('orders_sold') }} as orders_sold,
    {{ total_quantity('units') }} as units,
    {{ total_of_reported('gross_amount') }} as gross_amount,
    {{ total_of_reported('discount_amount') }} as discount_amount,
    {{ total_of_reported('gross_amount - discount_amount') }} as amount_before_refunds
from counted
group by business_date, channel, device, traffic_source
