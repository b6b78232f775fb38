{{ config(tags=['summary']) }}

-- By order first: an order can have two lines of one product.
with bought as (

    select distinct
        business_date,
        transaction_id,
        product_id
    from {{ ref('fact_transaction') }}
    where
        is_sold
        and product_id <> {{ unknown() }}

),

history as (

    select
        max(business_date) as as_of_date,
        {{ days_after(
            'min(business_date)',
            cast_to(integer_divide(units_between('min(business_date)', 'max(business_date)', 'day'), 2), 'integer')
        ) }} as middle_date
    from bought

),

baskets as (

    select
        bought.business_date,
        bought.transaction_id,
        bought.product_id,
        case when bought.business_date > history.middle_date then 1 else 0 end as is_late
    from bought
    cross join history

),

totals as (

    select
        count(*) as orders,
        {{ total_count('is_late') }} as late_orders
    from (
        select distinct
            business_date,
            transaction_id,
            is_late
        from baskets
    ) as distinct_orders

),

products as (

    select
        product_id,
        count(*) as orders,
        {{ total_count('is_late') }} as late_orders
    from baskets
    group by product_id

),

assortment as (

    select count(*) as products
    from products

),

pairs as (

    select
        baskets.product_id,
        others.product_id as other_product_id,
        count(*) as orders,
        {{ total_count('baskets.is_late') }} as late_orders
    from baskets
    inner join baskets as others
        on
            baskets.business_date = others.business_date
            and baskets.transaction_id = others.transaction_id
            and baskets.product_id < others.product_id
    group by baskets.product_id, others.product_id
    having count(*) >= 3

)

select
    pairs.product_id,
    pairs.other_product_id,
    history.as_of_date,
    pairs.orders as pair_orders,
    products.orders as product_orders,
    others.orders as other_orders,
    totals.orders as all_orders,
    assortment.products as all_products,
    pairs.late_orders as late_pair_orders,
    products.late_orders as late_product_orders,
    others.late_orders as late_other_orders,
    totals.late_orders as late_all_orders
from pairs
cross join history
cross join totals
cross join assortment
inner join products on pairs.product_id = products.product_id
inner join products as others on pairs.other_product_id = others.product_id
