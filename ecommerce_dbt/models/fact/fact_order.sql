{{ by_day(cluster_by=['transaction_id']) }}

with orders as (

    select *
    from {{ ref('stg_transactions') }}
    where {{ in_days() }}

),

order_lines as (

    select
        business_date,
        transaction_id,
        count(*) as lines_found,
        {{ total_quantity('quantity') }} as units,
        {{ total_amount('gross_amount') }} as gross_amount
    from {{ ref('stg_transaction_items') }}
    where {{ in_days() }}
    group by business_date, transaction_id

),

payments as (

    select
        business_date,
        transaction_id,
        {{ total_amount('amount') }} as paid_amount
    from {{ ref('stg_payment_attempts') }}
    where
        status = 'approved'
        and {{ in_days() }}
    group by business_date, transaction_id

),

-- An order without lines is placed and has a state; its header's amounts are no revenue.
combined as (

    select
        orders.*,
        coalesce(order_lines.lines_found, 0) as lines_found,
        coalesce(order_lines.units, 0) as units,
        coalesce(order_lines.gross_amount, 0) as gross_of_lines,
        case when order_lines.transaction_id is null then 0 else orders.discount_amount end as discount_of_lines,
        case when order_lines.transaction_id is null then 0 else orders.shipping_amount end as shipping_of_lines,
        case when order_lines.transaction_id is null then 0 else orders.tax_amount end as tax_of_lines,
        coalesce(payments.paid_amount, 0) as paid_amount
    from orders
    left join order_lines
        on
            orders.business_date = order_lines.business_date
            and orders.transaction_id = order_lines.transaction_id
    left join payments
        on
            orders.business_date = payments.business_date
            and orders.transaction_id = payments.transaction_id

),

-- Nothing to pay is paid.
states as (

    select
        *,
        case
            when cancelled_at is not null then 'cancelled'
            when paid_amount >= total_amount then 'sold'
            when paid_amount > 0 then 'part_paid'
            else 'unpaid'
        end as order_state
    from combined

)

select
    transaction_id,
    business_date,
    created_at,
    updated_at,
    cancelled_at,
    coalesce(customer_id, {{ guest() }}) as customer_id,
    session_id,
    {{ store_of_sale('states') }} as store_id,
    channel,
    coalesce(payment_method_id, {{ unknown() }}) as payment_method_id,
    currency,
    coupon_code,
    status as shop_status,
    order_state,
    order_state = 'sold' as is_sold,
    lines_found,
    {{ cast_to('units', 'quantity') }} as units,
    {{ cast_to('gross_of_lines', 'money') }} as gross_amount,
    {{ cast_to('discount_of_lines', 'money') }} as discount_amount,
    {{ cast_to('shipping_of_lines', 'money') }} as shipping_amount,
    {{ cast_to('tax_of_lines', 'money') }} as tax_amount,
    {{ cast_to('gross_of_lines - discount_of_lines', 'money') }} as net_amount,
    total_amount,
    {{ cast_to('paid_amount', 'money') }} as paid_amount
from states
