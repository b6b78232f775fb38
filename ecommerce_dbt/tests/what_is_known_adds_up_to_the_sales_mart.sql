-- Over all days on which something became known, orders and revenue of a day are those of the sales mart, to the cent.
{{ config(meta={'dagster': {'ref': {'name': 'marts_sales_as_known'}}}) }}

with totals as (

    select
        business_date,
        sum(orders_sold) as orders_sold,
        sum(net_amount) as net_amount,
        0 as orders_known,
        0 as amount_known
    from {{ ref('marts_sales_daily') }}
    where {{ in_days() }}
    group by business_date
    union all
    select
        business_date,
        0 as orders_sold,
        0 as net_amount,
        sum(orders_sold) as orders_known,
        sum(net_amount) as amount_known
    from {{ ref('marts_sales_as_known') }}
    where {{ in_days() }}
    group by business_date

)

select business_date
from totals
group by business_date
having
    sum(orders_sold) <> sum(orders_known)
    or {{ sums_differ('sum(net_amount)', 'sum(amount_known)') }}
