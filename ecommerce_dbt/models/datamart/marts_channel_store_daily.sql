{{ by_day(cluster_by=['channel', 'store_id']) }}

with sales as (

    select
        business_date,
        channel,
        customer_country,
        device,
        store_id,
        count(*) as orders_placed,
        {% for state in ['sold', 'part_paid', 'unpaid', 'cancelled'] -%}
        sum(case when order_state = '{{ state }}' then 1 else 0 end) as orders_{{ state }},
        {% endfor -%}
        sum(case when is_sold then units else 0 end) as units,
        {{ total_reported('case when is_sold then gross_amount else 0 end') }} as gross_amount,
        {{ total_reported('case when is_sold then discount_amount else 0 end') }} as discount_amount,
        {{ total_reported('case when is_sold then shipping_amount else 0 end') }} as shipping_amount,
        {{ total_reported('case when is_sold then tax_amount else 0 end') }} as tax_amount,
        0 as refunds,
        0 as refund_amount
    from {{ ref('fact_order') }}
    where {{ in_days() }}
    group by business_date, channel, customer_country, device, store_id

),

refunded as (

    select
        business_date,
        channel,
        customer_country,
        device,
        store_id,
        0 as orders_placed,
        0 as orders_sold,
        0 as orders_part_paid,
        0 as orders_unpaid,
        0 as orders_cancelled,
        0 as units,
        0 as gross_amount,
        0 as discount_amount,
        0 as shipping_amount,
        0 as tax_amount,
        count(*) as refunds,
        {{ total_reported('refund_amount') }} as refund_amount
    from {{ ref('fact_refund') }}
    where
        is_counted
        and {{ in_days() }}
    group by business_date, channel, customer_country, device, store_id

),

combined as (

    select * from sales
    union all
    select * from refunded

)

select
    business_date,
    channel,
    customer_country,
    device,
    store_id,
    {{ total_count('orders_placed') }} as orders_placed,
    {{ total_count('orders_sold') }} as orders_sold,
    {{ total_count('orders_part_paid') }} as orders_part_paid,
    {{ total_count('orders_unpaid') }} as orders_unpaid,
    {{ total_count('orders_cancelled') }} as orders_cancelled,
    {{ total_quantity('units') }} as units,
    {{ total_count('refunds') }} as refunds,
    {{ total_of_reported('gross_amount') }} as gross_amount,
    {{ total_of_reported('discount_amount') }} as discount_amount,
    {{ total_of_reported('refund_amount') }} as refund_amount,
    {{ total_of_reported('gross_amount - discount_amount - refund_amount') }} as net_amount,
    {{ total_of_reported('shipping_amount') }} as shipping_amount,
    {{ total_of_reported('tax_amount') }} as tax_amount
from combined
group by business_date, channel, customer_country, device, store_id
