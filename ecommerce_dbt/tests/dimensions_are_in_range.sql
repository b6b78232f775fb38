-- Prices, fees and sizes that no shop has. Facts do not use them: a warning is enough.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'dim_product'}}}) }}

select
    'dim_product' as table_name,
    product_id as wrong_id
from {{ ref('dim_product') }}
where list_price < 0 or unit_cost < 0
union all
select
    'dim_payment' as table_name,
    payment_method_id as wrong_id
from {{ ref('dim_payment') }}
where fee_percent not between 0 and 100
union all
select
    'dim_store' as table_name,
    store_id as wrong_id
from {{ ref('dim_store') }}
where floor_area_m2 <= 0
