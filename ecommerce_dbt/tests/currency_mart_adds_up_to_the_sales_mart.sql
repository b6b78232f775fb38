-- By day, all currencies together have the orders of the sales mart and, in the reporting currency, its revenue.
{{ config(meta={'dagster': {'ref': {'name': 'marts_currency_daily'}}}) }}

with amounts as (

    select
        business_date,
        orders_placed,
        orders_sold,
        orders_cancelled,
        units,
        refunds,
        net_amount_in_reporting_currency as net_amount
    from {{ ref('marts_currency_daily') }}
    where {{ in_days() }}
    union all
    select
        business_date,
        -orders_placed as orders_placed,
        -orders_sold as orders_sold,
        -orders_cancelled as orders_cancelled,
        -units as units,
        -refunds as refunds,
        -net_amount as net_amount
    from {{ ref('marts_sales_daily') }}
    where {{ in_days() }}

)

select business_date
from amounts
group by business_date
having
    sum(orders_placed) <> 0
    or sum(orders_sold) <> 0
    or sum(orders_cancelled) <> 0
    or sum(units) <> 0
    or sum(refunds) <> 0
    or {{ sums_differ('sum(net_amount)', '0') }}
