{{ by_day(cluster_by=['campaign', 'traffic_source']) }}

with visits as (

    select
        business_date,
        coalesce(campaign, 'none') as campaign,
        traffic_source,
        count(*) as sessions,
        0 as orders_sold,
        0 as net_amount,
        {{ cast_to('null', 'reporting_money') }} as margin_amount
    from {{ ref('dim_session') }}
    where {{ in_days() }}
    group by business_date, coalesce(campaign, 'none'), traffic_source

),

ordered as (

    select
        business_date,
        campaign,
        traffic_source,
        0 as sessions,
        count(*) as orders_sold,
        0 as net_amount,
        {{ cast_to('null', 'reporting_money') }} as margin_amount
    from {{ ref('fact_order') }}
    where
        is_sold
        and {{ in_days() }}
    group by business_date, campaign, traffic_source

),

sales as (

    select
        business_date,
        campaign,
        traffic_source,
        0 as sessions,
        0 as orders_sold,
        {{ total_reported('net_amount') }} as net_amount,
        {{ total_of_reported('margin_amount') }} as margin_amount
    from {{ ref('fact_transaction') }}
    where
        is_sold
        and {{ in_days() }}
    group by business_date, campaign, traffic_source

),

refunded as (

    select
        business_date,
        campaign,
        traffic_source,
        0 as sessions,
        0 as orders_sold,
        {{ total_reported('-refund_amount') }} as net_amount,
        {{ total_of_reported('margin_amount') }} as margin_amount
    from {{ ref('fact_refund_line') }}
    where
        is_counted
        and {{ in_days() }}
    group by business_date, campaign, traffic_source

),

combined as (

    select * from visits
    union all
    select * from ordered
    union all
    select * from sales
    union all
    select * from refunded

)

select
    business_date,
    campaign,
    traffic_source,
    {{ total_count('sessions') }} as sessions,
    {{ total_count('orders_sold') }} as orders_sold,
    {{ total_of_reported('net_amount') }} as net_amount,
    {{ total_of_reported('margin_amount') }} as margin_amount
from combined
group by business_date, campaign, traffic_source
