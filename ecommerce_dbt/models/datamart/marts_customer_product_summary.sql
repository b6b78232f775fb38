{{ config(tags=['summary']) }}

with bought as (

    select
        customer_id,
        product_id,
        count(distinct transaction_id) as orders,
        sum(quantity) as units,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        min(created_date) as first_order_date,
        max(created_date) as last_order_date
    from {{ ref('fact_transaction') }}
    where is_paid
    group by customer_id, product_id

),

returned as (

    select
        customer_id,
        product_id,
        count(*) as refunds,
        sum(quantity) as units_returned,
        sum(refund_amount) as refund_amount
    from {{ ref('fact_refund') }}
    group by customer_id, product_id

),

reviewed as (

    select
        customer_id,
        product_id,
        count(*) as reviews,
        sum(rating) as rating_sum
    from {{ ref('fact_review') }}
    group by customer_id, product_id

),

pairs as (

    select
        customer_id,
        product_id
    from bought
    union distinct
    select
        customer_id,
        product_id
    from returned
    union distinct
    select
        customer_id,
        product_id
    from reviewed

)

select
    pairs.customer_id,
    pairs.product_id,
    products.category,
    products.brand,
    cast(coalesce(bought.orders, 0) as int64) as orders,
    cast(coalesce(bought.units, 0) as int64) as units,
    cast(coalesce(returned.units_returned, 0) as int64) as units_returned,
    cast(coalesce(returned.refunds, 0) as int64) as refunds,
    cast(coalesce(bought.gross_amount, 0) as {{ decimal_type() }}) as gross_amount,
    cast(coalesce(bought.discount_amount, 0) as {{ decimal_type() }}) as discount_amount,
    cast(coalesce(returned.refund_amount, 0) as {{ decimal_type() }}) as refund_amount,
    cast(
        coalesce(bought.gross_amount, 0) - coalesce(bought.discount_amount, 0) - coalesce(returned.refund_amount, 0)
        as {{ decimal_type() }}
    ) as net_amount,
    cast(coalesce(reviewed.reviews, 0) as int64) as reviews,
    cast(coalesce(reviewed.rating_sum, 0) as int64) as rating_sum,
    bought.first_order_date,
    bought.last_order_date
from pairs
left join bought
    on
        pairs.customer_id = bought.customer_id
        and pairs.product_id = bought.product_id
left join returned
    on
        pairs.customer_id = returned.customer_id
        and pairs.product_id = returned.product_id
left join reviewed
    on
        pairs.customer_id = reviewed.customer_id
        and pairs.product_id = reviewed.product_id
left join {{ ref('dim_product') }} as products
    on pairs.product_id = products.product_id
