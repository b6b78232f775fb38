{{ by_day(cluster_by=['product_id', 'customer_id']) }}

with orders as (

    select *
    from {{ ref('fact_order') }}
    where {{ in_days() }}

),

order_lines as (

    select *
    from {{ ref('stg_transaction_items') }}
    where {{ in_days() }}

),

lines_in_cents as (

    select
        order_lines.transaction_item_id,
        order_lines.line_number,
        order_lines.quantity,
        order_lines.unit_price,
        order_lines.gross_amount,
        orders.transaction_id,
        orders.business_date,
        orders.created_at,
        orders.customer_id,
        orders.session_id,
        orders.store_id,
        orders.channel,
        orders.payment_method_id,
        orders.currency,
        orders.coupon_code,
        orders.order_state,
        orders.is_sold,
        coalesce(order_lines.product_id, {{ unknown() }}) as product_id,
        {{ cents('order_lines.gross_amount') }} as gross_cents,
        {{ cents('orders.gross_amount') }} as order_gross_cents,
        {{ cents('orders.discount_amount') }} as order_discount_cents,
        {{ cents('orders.shipping_amount') }} as order_shipping_cents
    from order_lines
    inner join orders
        on
            order_lines.transaction_id = orders.transaction_id
            and order_lines.business_date = orders.business_date

),

-- Lines share the order's amounts by their gross amount; if all of them are free, evenly.
weighted as (

    select
        *,
        case when order_gross_cents = 0 then 1 else gross_cents end as weight
    from lines_in_cents

),

cumulated as (

    select
        *,
        sum(weight) over (partition by transaction_id, business_date) as weight_of_order,
        sum(weight) over (
            partition by transaction_id, business_date
            order by line_number, transaction_item_id
            rows between unbounded preceding and current row
        ) as weight_through_line
    from weighted

),

allocated as (

    select
        *,
        {{ share_of_line('order_discount_cents') }} as discount_cents,
        {{ share_of_line('order_shipping_cents') }} as shipping_cents
    from cumulated

)

select
    transaction_item_id,
    transaction_id,
    line_number,
    business_date,
    created_at,
    customer_id,
    product_id,
    session_id,
    store_id,
    channel,
    payment_method_id,
    currency,
    coupon_code,
    quantity,
    unit_price,
    gross_amount,
    {{ amount_of_cents('discount_cents') }} as discount_amount,
    {{ amount_of_cents('shipping_cents') }} as shipping_amount,
    {{ amount_of_cents('gross_cents - discount_cents') }} as net_amount,
    order_state,
    is_sold
from allocated
