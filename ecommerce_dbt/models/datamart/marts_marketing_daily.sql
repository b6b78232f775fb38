{{ config(tags=['summary']) }}

with spent as (

    select
        business_date,
        traffic_source,
        coalesce(campaign, 'none') as campaign,
        {{ total_of_reported('cost_amount') }} as ad_cost_amount,
        sum(clicks) as clicks,
        sum(impressions) as impressions,
        0 as sessions,
        0 as orders_sold,
        0 as orders_new,
        0 as amount_before_refunds
    from {{ ref('stg_ad_spend') }}
    group by business_date, traffic_source, coalesce(campaign, 'none')

),

-- Earlier days cost something too, of which nothing is known.
history as (

    select min(business_date) as first_date
    from spent

),

visited as (

    select
        visits.business_date,
        visits.traffic_source,
        coalesce(visits.campaign, 'none') as campaign,
        0 as ad_cost_amount,
        0 as clicks,
        0 as impressions,
        count(*) as sessions,
        0 as orders_sold,
        0 as orders_new,
        0 as amount_before_refunds
    from {{ ref('dim_session') }} as visits
    inner join history on visits.business_date >= history.first_date
    group by visits.business_date, visits.traffic_source, coalesce(visits.campaign, 'none')

),

orders as (

    {{ sold_orders_by_buyer() }}

),

-- A visit that was moved to another day is on both until the old one runs again.
visits_of_orders as (

    select
        session_id,
        traffic_source,
        coalesce(campaign, 'none') as campaign,
        row_number() over (partition by session_id order by business_date desc) as version_number
    from {{ ref('dim_session') }}
    where session_id in (select orders.session_id from orders)

),

bought as (

    select
        orders.business_date,
        coalesce(visits_of_orders.traffic_source, 'unknown') as traffic_source,
        coalesce(visits_of_orders.campaign, 'unknown') as campaign,
        0 as ad_cost_amount,
        0 as clicks,
        0 as impressions,
        0 as sessions,
        count(*) as orders_sold,
        sum(case when orders.buyer = 'new' then 1 else 0 end) as orders_new,
        {{ total_reported('orders.net_amount', 'orders.exchange_rate') }} as amount_before_refunds
    from orders
    inner join history on orders.business_date >= history.first_date
    left join visits_of_orders
        on
            orders.session_id = visits_of_orders.session_id
            and visits_of_orders.version_number = 1
    group by
        orders.business_date,
        coalesce(visits_of_orders.traffic_source, 'unknown'),
        coalesce(visits_of_orders.campaign, 'unknown')

),

combined as (

    select * from spent
    union all
    select * from visited
    union all
    select * from bought

)

select
    business_date,
    traffic_source,
    campaign,
    {{ total_of_reported('ad_cost_amount') }} as ad_cost_amount,
    {{ total_count('clicks') }} as clicks,
    {{ total_count('impressions') }} as impressions,
    {{ total_count('sessions') }} as sessions,
    {{ total_count('orders_sold') }} as orders_sold,
    {{ total_count('orders_new') }} as orders_new,
    {{ total_of_reported('amount_before_refunds') }} as amount_before_refunds
from combined
group by business_date, traffic_source, campaign
