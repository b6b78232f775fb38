{{ by_day('created_date', cluster_by=['product_id', 'customer_id']) }}

with orders as (

    select *
    from {{ ref('stg_transactions') }}
    where
        {{ in_happened_window() }}
        and {{ in_written_window() }}

),

order_lines as (

    select *
    from {{ ref('stg_transaction_items') }}
    where
        {{ in_happened_window() }}
        and {{ in_written_window() }}

),

approved_attempts as (

    select
        transaction_id,
        recorded_date
    from {{ ref('stg_payment_attempts') }}
    where
        status = 'approved'
        and {{ in_written_window() }}

),

-- Attempts written after the lateness limit never count: a day must not depend on what comes after it.
paid_orders as (

    select distinct
        orders.transaction_id,
        orders.created_date
    from orders
    inner join approved_attempts
        on
            orders.transaction_id = approved_attempts.transaction_id
            and orders.created_date <= approved_attempts.recorded_date
            and {{ days_after('orders.created_date', lateness_days()) }} >= approved_attempts.recorded_date

),

lines_in_cents as (

    select
        order_lines.*,
        orders.customer_id,
        orders.session_id,
        orders.store_id,
        orders.channel,
        orders.payment_method_id,
        orders.currency,
        orders.coupon_code,
        {{ cents('order_lines.gross_amount') }} as gross_cents,
        {{ cents('orders.discount_amount') }} as order_discount_cents,
        {{ cents('orders.shipping_amount') }} as order_shipping_cents,
        sum({{ cents('order_lines.gross_amount') }}) over (
            partition by orders.transaction_id, orders.created_date
        ) as order_gross_cents,
        paid_orders.transaction_id is not null as is_paid
    from order_lines
    inner join orders
        on
            order_lines.transaction_id = orders.transaction_id
            and order_lines.created_date = orders.created_date
    left join paid_orders
        on
            orders.transaction_id = paid_orders.transaction_id
            and orders.created_date = paid_orders.created_date

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
        sum(weight) over (partition by transaction_id, created_date) as weight_of_order,
        sum(weight) over (
            partition by transaction_id, created_date
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
    created_date,
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
    {{ cast_to('unit_price', 'money') }} as unit_price,
    gross_amount,
    {{ amount_of_cents('discount_cents') }} as discount_amount,
    {{ amount_of_cents('shipping_cents') }} as shipping_amount,
    {{ amount_of_cents('gross_cents - discount_cents') }} as net_amount,
    is_paid
from allocated
