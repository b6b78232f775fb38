{{ by_day(cluster_by=['product_id', 'customer_id']) }}

with orders as (

    select
        orders.*,
        {{ minor_unit_in_ten_thousandths('currencies.minor_unit') }} as minor_unit,
        {{ ten_thousandths('orders.order_discount_amount') }} as order_discount,
        {{ ten_thousandths('orders.shipping_amount') }} as order_shipping,
        {{ ten_thousandths('orders.payment_fee_amount') }} as order_payment_fee
    from {{ ref('fact_order') }} as orders
    left join {{ ref('currencies') }} as currencies on orders.currency = currencies.code
    where {{ in_days('orders.business_date') }}

),

order_lines as (

    select *
    from {{ ref('stg_transaction_items') }}
    where {{ in_days() }}

),

-- Tax that a price includes is no revenue. Lines share the order's amounts by what they cost.
lines_of_orders as (

    select
        order_lines.transaction_item_id,
        order_lines.line_number,
        order_lines.quantity,
        order_lines.unit_price,
        order_lines.tax_amount,
        order_lines.gross_amount - order_lines.tax_amount as gross_amount,
        order_lines.discount_amount as line_discount_amount,
        orders.transaction_id,
        orders.business_date,
        orders.created_at,
        orders.customer_id,
        orders.person_key,
        orders.loyalty_tier,
        orders.customer_country,
        orders.session_id,
        orders.device,
        orders.traffic_source,
        orders.campaign,
        orders.store_id,
        orders.channel,
        orders.payment_method_id,
        orders.currency,
        orders.exchange_rate,
        orders.coupon_code,
        orders.order_state,
        orders.is_sold,
        orders.minor_unit,
        orders.order_discount,
        orders.order_shipping,
        orders.order_payment_fee,
        coalesce(products.category, 'unknown') as category,
        coalesce(products.brand, 'unknown') as brand,
        products.unit_cost,
        products.unit_cost is not null and orders.created_at < products.valid_from as is_earliest_cost,
        coalesce(order_lines.product_id, {{ unknown() }}) as product_id,
        greatest(
            {{ ten_thousandths('order_lines.gross_amount - order_lines.tax_amount - order_lines.discount_amount') }}, 0
        ) as base
    from order_lines
    inner join orders
        on
            order_lines.transaction_id = orders.transaction_id
            and order_lines.business_date = orders.business_date
    {{ join_version('dim_product_history', 'products', 'product_id', 'order_lines.product_id', 'orders.created_at') }}

),

cumulated as (

    {{ with_weights('lines_of_orders', whole='business_date, transaction_id') }}

),

allocated as (

    select
        *,
        {{ amount_of_ten_thousandths(share_of_line('order_discount', step='minor_unit')) }} as order_discount_amount,
        {{ amount_of_ten_thousandths(share_of_line('order_shipping', step='minor_unit')) }} as shipping_amount,
        {{ amount_of_ten_thousandths(share_of_line('order_payment_fee', step='minor_unit')) }} as payment_fee_amount,
        {{ cast_to('quantity * unit_cost', 'reporting_money') }} as cost_amount
    from cumulated

),

valued as (

    select
        *,
        {{ cast_to('gross_amount - line_discount_amount - order_discount_amount', 'money') }} as net_amount
    from allocated

)

select
    transaction_item_id,
    transaction_id,
    line_number,
    business_date,
    created_at,
    customer_id,
    person_key,
    loyalty_tier,
    customer_country,
    product_id,
    category,
    brand,
    session_id,
    device,
    traffic_source,
    campaign,
    store_id,
    channel,
    payment_method_id,
    currency,
    exchange_rate,
    coupon_code,
    quantity,
    unit_price,
    {{ cast_to('gross_amount', 'money') }} as gross_amount,
    line_discount_amount,
    order_discount_amount,
    {{ cast_to('line_discount_amount + order_discount_amount', 'money') }} as discount_amount,
    shipping_amount,
    tax_amount,
    net_amount,
    payment_fee_amount,
    unit_cost,
    is_earliest_cost,
    cost_amount,
    {{ cast_to(
        cast_to('(net_amount - payment_fee_amount) * exchange_rate', 'reporting_money') ~ ' - cost_amount',
        'reporting_money'
    ) }} as margin_amount,
    order_state,
    is_sold
from valued
