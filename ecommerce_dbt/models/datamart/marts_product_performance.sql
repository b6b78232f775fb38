{{ config(tags=['summary']) }}

with sold as (

    select
        product_id,
        count(distinct transaction_id) as orders,
        count(distinct person_key) as customers,
        {{ total_quantity('quantity') }} as units,
        {{ total_reported('gross_amount') }} as gross_amount,
        {{ total_reported('discount_amount') }} as discount_amount,
        {{ total_of_reported('cost_amount') }} as cost_amount,
        {{ total_of_reported('margin_amount') }} as margin_amount,
        max(business_date) as last_sold_date
    from {{ ref('fact_transaction') }}
    where is_sold
    group by product_id

),

returned as (

    select
        product_id,
        count(distinct refund_id) as refunds,
        {{ total_quantity('quantity') }} as units_returned,
        {{ total_reported('refund_amount') }} as refund_amount,
        {{ total_of_reported('margin_amount') }} as margin_amount
    from {{ ref('fact_refund_line') }}
    where is_counted
    group by product_id

),

reviewed as (

    select
        product_id,
        count(*) as reviews,
        {{ total_count('rating') }} as rating_sum
    from {{ ref('fact_review') }}
    group by product_id

),

-- A product that the shop has deleted is here if it was sold, returned or reviewed, under its name if that was known.
every_product as (

    select product_id
    from {{ ref('dim_product') }}
    where
        deleted_at is null
        and product_id <> {{ unknown() }}
    union distinct
    select product_id from sold
    union distinct
    select product_id from returned
    union distinct
    select product_id from reviewed

),

combined as (

    select
        every_product.product_id,
        {% for name in ['product_name', 'category', 'subcategory', 'brand'] -%}
        coalesce(products.{{ name }}, 'unknown') as {{ name }},
        {% endfor -%}
        products.deleted_at is null and coalesce(products.is_active, false) as is_active,
        coalesce(sold.orders, 0) as orders,
        coalesce(sold.customers, 0) as customers,
        coalesce(sold.units, 0) as units,
        coalesce(returned.units_returned, 0) as units_returned,
        coalesce(returned.refunds, 0) as refunds,
        coalesce(sold.gross_amount, 0) as gross_amount,
        coalesce(sold.discount_amount, 0) as discount_amount,
        coalesce(returned.refund_amount, 0) as refund_amount,
        case when sold.product_id is null then 0 else sold.cost_amount end as cost_amount,
        case
            when coalesce(sold.product_id, returned.product_id) is null then 0
            when sold.margin_amount is not null or returned.margin_amount is not null
                then coalesce(sold.margin_amount, 0) + coalesce(returned.margin_amount, 0)
        end as margin_amount,
        coalesce(reviewed.reviews, 0) as reviews,
        coalesce(reviewed.rating_sum, 0) as rating_sum,
        sold.last_sold_date
    from every_product
    left join {{ ref('dim_product') }} as products on every_product.product_id = products.product_id
    left join sold on every_product.product_id = sold.product_id
    left join returned on every_product.product_id = returned.product_id
    left join reviewed on every_product.product_id = reviewed.product_id

)

select
    product_id,
    product_name,
    category,
    subcategory,
    brand,
    is_active,
    orders,
    customers,
    units,
    units_returned,
    refunds,
    gross_amount,
    discount_amount,
    refund_amount,
    {{ cast_to('gross_amount - discount_amount - refund_amount', 'reporting_money') }} as net_amount,
    {{ cast_to('cost_amount', 'reporting_money') }} as cost_amount,
    {{ cast_to('margin_amount', 'reporting_money') }} as margin_amount,
    reviews,
    rating_sum,
    last_sold_date
from combined
