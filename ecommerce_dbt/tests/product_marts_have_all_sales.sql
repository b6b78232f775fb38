-- Over all days, each mart by product has the revenue of the daily mart.
with told as (

    select sum(net_amount) as net_amount from {{ ref('marts_sales_daily') }}
    union all
    select sum(net_amount) as net_amount from {{ ref('marts_product_performance') }}
    union all
    select sum(net_amount) as net_amount from {{ ref('marts_customer_product_summary') }}

)

select count(distinct net_amount) as different_totals
from told
having count(distinct net_amount) > 1
