{{ by_day(cluster_by=['product_id', 'customer_id']) }}

with refunds as (

    select
        refunds.*,
        {{ minor_unit_in_ten_thousandths('currencies.minor_unit') }} as minor_unit,
        refunds.transaction_item_id is null and refunds.product_id is null as is_of_whole_order
    from {{ ref('fact_refund') }} as refunds
    left join {{ ref('currencies') }} as currencies on refunds.currency = currencies.code
    where {{ in_days('refunds.business_date') }}

),

orders as (

    {{ orders_named('transaction_id', 'refunds') }}

),

order_lines as (

    select
        order_lines.transaction_id,
        order_lines.transaction_item_id,
        order_lines.line_number,
        order_lines.product_id,
        order_lines.created_at,
        order_lines.net_amount
    from {{ ref('fact_transaction') }} as order_lines
    inner join orders
        on
            order_lines.transaction_id = orders.transaction_id
            and order_lines.business_date = orders.business_date
    where order_lines.transaction_id in (select refunds.transaction_id from refunds)

),

-- A refund of the order as a whole has a row for each line; others, and those of orders without lines, have one.
lines_of_refunds as (

    select
        refunds.*,
        order_lines.transaction_item_id as order_line_id,
        order_lines.product_id as line_product_id,
        coalesce(products.category, 'unknown') as category,
        coalesce(products.brand, 'unknown') as brand,
        products.unit_cost is not null as is_cost_known,
        coalesce(order_lines.line_number, 1) as line_number,
        coalesce(greatest({{ ten_thousandths('order_lines.net_amount') }}, 0), 0) as base,
        {{ ten_thousandths('refunds.refund_amount') }} as whole_goods,
        {{ ten_thousandths('refunds.refund_shipping_amount') }} as whole_shipping,
        {{ ten_thousandths('refunds.refund_tax_amount') }} as whole_tax,
        {{ ten_thousandths('refunds.quantity') }} as whole_quantity
    from refunds
    left join order_lines
        on
            refunds.transaction_id = order_lines.transaction_id
            and (refunds.is_of_whole_order or refunds.transaction_item_id = order_lines.transaction_item_id)
    {{ join_version(
        'dim_product_history',
        'products',
        'product_id',
        'coalesce(refunds.product_id, order_lines.product_id)',
        'coalesce(order_lines.created_at, refunds.created_at)'
    ) }}

),

cumulated as (

    {{ with_weights('lines_of_refunds', whole='business_date, refund_id', line='order_line_id') }}

),

allocated as (

    select
        *,
        {{ amount_of_ten_thousandths(share_of_line('whole_goods', step='minor_unit')) }} as goods_amount
    from cumulated

)

select
    refund_id,
    transaction_id,
    coalesce(transaction_item_id, order_line_id) as transaction_item_id,
    business_date,
    order_date,
    created_at,
    updated_at,
    customer_id,
    person_key,
    loyalty_tier,
    customer_country,
    coalesce(product_id, line_product_id, {{ unknown() }}) as product_id,
    category,
    brand,
    device,
    traffic_source,
    campaign,
    store_id,
    channel,
    payment_method_id,
    currency,
    exchange_rate,
    coupon_code,
    {{ cast_to(amount_of_ten_thousandths(share_of_line('whole_quantity', step='10')), 'quantity') }} as quantity,
    goods_amount as refund_amount,
    {{ amount_of_ten_thousandths(share_of_line('whole_shipping', step='minor_unit')) }} as refund_shipping_amount,
    {{ amount_of_ten_thousandths(share_of_line('whole_tax', step='minor_unit')) }} as refund_tax_amount,
    refund_reason,
    is_counted,
    {{ cast_to('case when is_cost_known then -goods_amount * exchange_rate end', 'reporting_money') }} as margin_amount
from allocated
