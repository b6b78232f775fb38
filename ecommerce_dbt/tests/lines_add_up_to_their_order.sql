-- The amounts of an order's lines add up to the order's, to the last digit, and no share of them is negative.
{{ config(meta={'dagster': {'ref': {'name': 'fact_transaction'}}}) }}

with allocated as (

    select
        transaction_id,
        business_date,
        sum(gross_amount) as gross_amount,
        sum(line_discount_amount) as line_discount_amount,
        sum(order_discount_amount) as order_discount_amount,
        sum(shipping_amount) as shipping_amount,
        sum(net_amount) as net_amount,
        sum(payment_fee_amount) as payment_fee_amount,
        min(order_discount_amount) as least_discount,
        min(shipping_amount) as least_shipping,
        min(payment_fee_amount) as least_fee
    from {{ ref('fact_transaction') }}
    where {{ in_days() }}
    group by transaction_id, business_date

)

select allocated.transaction_id
from allocated
inner join {{ ref('fact_order') }} as orders
    on
        allocated.transaction_id = orders.transaction_id
        and allocated.business_date = orders.business_date
where
    {{ in_days('orders.business_date') }}
    and (
        least(allocated.least_discount, allocated.least_shipping, allocated.least_fee) < 0
        {% for amount in ['gross', 'line_discount', 'order_discount', 'shipping', 'net', 'payment_fee'] -%}
        or allocated.{{ amount }}_amount <> orders.{{ amount }}_amount
        {% endfor %}
    )
