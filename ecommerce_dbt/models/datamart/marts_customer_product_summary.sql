{{ config(tags=['summary']) }}

-- By order first: an order can have two lines of one product.
with bought as (

    select
        customer_id,
        product_id,
        transaction_id,
        business_date,
        sum(quantity) as units,
        {{ total_reported('gross_amount') }} as gross_amount,
        {{ total_reported('discount_amount') }} as discount_amount
    from {{ ref('fact_transaction') }}
    where is_sold
    group by customer_id, product_id, transaction_id, business_date

),

-- By refund first, too: it can have two lines of one product.
returned as (

    select
        customer_id,
        product_id,
        count(distinct refund_id) as refunds,
        sum(quantity) as quantity,
        {{ total_reported('refund_amount') }} as refund_amount
    from {{ ref('fact_refund_line') }}
    where is_counted
    group by customer_id, product_id

),

activity as (

    select
        customer_id,
        product_id,
        1 as orders,
        units,
        0 as units_returned,
        0 as refunds,
        gross_amount,
        discount_amount,
        0 as refund_amount,
        0 as reviews,
        0 as rating_sum,
        business_date as order_date
    from bought
    union all
    select
        customer_id,
        product_id,
        0 as orders,
        0 as units,
        quantity as units_returned,
        refunds,
        0 as gross_amount,
        0 as discount_amount,
        refund_amount,
        0 as reviews,
        0 as rating_sum,
        {{ cast_to('null', 'date') }} as order_date
    from returned
    union all
    select
        customer_id,
        product_id,
        0 as orders,
        0 as units,
        0 as units_returned,
        0 as refunds,
        0 as gross_amount,
        0 as discount_amount,
        0 as refund_amount,
        1 as reviews,
        rating as rating_sum,
        {{ cast_to('null', 'date') }} as order_date
    from {{ ref('fact_review') }}

),

summed as (

    select
        customer_id,
        product_id,
        {{ total_count('orders') }} as orders,
        {{ total_quantity('units') }} as units,
        {{ total_quantity('units_returned') }} as units_returned,
        {{ total_count('refunds') }} as refunds,
        {{ total_of_reported('gross_amount') }} as gross_amount,
        {{ total_of_reported('discount_amount') }} as discount_amount,
        {{ total_of_reported('refund_amount') }} as refund_amount,
        {{ total_of_reported('gross_amount - discount_amount - refund_amount') }} as net_amount,
        {{ total_count('reviews') }} as reviews,
        {{ total_count('rating_sum') }} as rating_sum,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date
    from activity
    group by customer_id, product_id

)

select
    summed.customer_id,
    summed.product_id,
    coalesce(products.category, 'unknown') as category,
    coalesce(products.brand, 'unknown') as brand,
    summed.orders,
    summed.units,
    summed.units_returned,
    summed.refunds,
    summed.gross_amount,
    summed.discount_amount,
    summed.refund_amount,
    summed.net_amount,
    summed.reviews,
    summed.rating_sum,
    summed.first_order_date,
    summed.last_order_date
from summed
left join {{ ref('dim_product') }} as products on summed.product_id = products.product_id
