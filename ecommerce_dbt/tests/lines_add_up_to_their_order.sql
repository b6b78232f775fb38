-- The discount and shipping of an order's lines add up to the order's, to the cent, and none is negative.
{{ config(meta={'dagster': {'ref': {'name': 'fact_transaction'}}}) }}

with allocated as (

    select
        transaction_id,
        business_date,
        sum(discount_amount) as discount_amount,
        sum(shipping_amount) as shipping_amount,
        min(discount_amount) as least_discount,
        min(shipping_amount) as least_shipping
    from {{ ref('fact_transaction') }}
    where {{ in_days() }}
    group by transaction_id, business_date

)

select allocated.transaction_id
from allocated
inner join {{ ref('stg_transactions') }} as orders
    on
        allocated.transaction_id = orders.transaction_id
        and allocated.business_date = orders.business_date
where
    {{ in_days('orders.business_date') }}
    and (
        allocated.discount_amount <> orders.discount_amount
        or allocated.shipping_amount <> orders.shipping_amount
        or least(allocated.least_discount, allocated.least_shipping) < 0
    )
