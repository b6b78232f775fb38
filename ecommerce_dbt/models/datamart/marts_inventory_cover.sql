{{ config(tags=['summary']) }}

with loaded as (

    select
        max(business_date) as as_of_date,
        min(business_date) as first_date
    from {{ ref('fact_order') }}

),

span as (

    select
        as_of_date,
        greatest(first_date, {{ days_after('as_of_date', -27) }}) as first_date,
        {{ days_after('as_of_date', 1) }} as end_date
    from loaded

),

-- A row says what is there: what it adds to the row before it of the same place adds up over the places of a product.
moved as (

    select
        stock.product_id,
        stock.business_date,
        stock.on_hand - coalesce(lag(stock.on_hand) over (
            partition by stock.product_id, stock.store_id, stock.warehouse
            order by stock.business_date, stock.created_at, stock.stock_level_id
        ), 0) as on_hand,
        stock.incoming - coalesce(lag(stock.incoming) over (
            partition by stock.product_id, stock.store_id, stock.warehouse
            order by stock.business_date, stock.created_at, stock.stock_level_id
        ), 0) as incoming
    from {{ ref('stg_stock_levels') }} as stock
    inner join span on stock.business_date < span.end_date

),

moved_by_day as (

    select
        product_id,
        business_date,
        sum(on_hand) as on_hand,
        sum(incoming) as incoming
    from moved
    group by product_id, business_date

),

levels as (

    select
        product_id,
        business_date,
        lead(business_date) over (partition by product_id order by business_date) as next_date,
        sum(on_hand) over (
            partition by product_id order by business_date rows between unbounded preceding and current row
        ) as on_hand,
        sum(incoming) over (
            partition by product_id order by business_date rows between unbounded preceding and current row
        ) as incoming
    from moved_by_day

),

stock as (

    select
        levels.product_id,
        max(levels.business_date) as last_moved_date,
        sum(case when levels.next_date is null then levels.on_hand else 0 end) as on_hand,
        sum(case when levels.next_date is null then levels.incoming else 0 end) as incoming,
        sum(
            case
                when levels.on_hand <= 0
                    then greatest(0, {{ units_between(
                        'greatest(levels.business_date, span.first_date)',
                        'coalesce(levels.next_date, span.end_date)',
                        'day'
                    ) }})
                else 0
            end
        ) as days_out_of_stock
    from levels
    cross join span
    group by levels.product_id

),

sold as (

    select
        lines_sold.product_id,
        {{ total_quantity('lines_sold.quantity') }} as units_sold,
        {{ total_reported('lines_sold.net_amount', 'lines_sold.exchange_rate') }} as amount_before_refunds
    from {{ ref('fact_transaction') }} as lines_sold
    inner join span on lines_sold.business_date >= span.first_date
    where lines_sold.is_sold
    group by lines_sold.product_id

),

combined as (

    select
        stock.*,
        span.as_of_date,
        products.is_active,
        products.deleted_at,
        coalesce(products.product_name, 'unknown') as product_name,
        coalesce(products.category, 'unknown') as category,
        coalesce(sold.units_sold, 0) as units_sold,
        coalesce(sold.amount_before_refunds, 0) as amount_before_refunds,
        {{ units_between('span.first_date', 'span.end_date', 'day') }} as days_counted
    from stock
    cross join span
    left join sold on stock.product_id = sold.product_id
    left join {{ ref('dim_product') }} as products on stock.product_id = products.product_id

),

whole as (

    select
        *,
        days_counted - days_out_of_stock as days_in_stock,
        {{ ten_thousandths('on_hand') }} as on_hand_whole,
        {{ ten_thousandths('units_sold') }} as units_whole,
        {{ ten_thousandths('amount_before_refunds') }} as amount_whole
    from combined

)

select
    product_id,
    product_name,
    category,
    deleted_at is null and coalesce(is_active, false) as is_active,
    as_of_date,
    last_moved_date,
    {{ cast_to('on_hand', 'quantity') }} as on_hand,
    {{ cast_to('incoming', 'quantity') }} as incoming,
    days_counted,
    {{ cast_to('units_sold', 'quantity') }} as units_sold,
    {{ cast_to('amount_before_refunds', 'reporting_money') }} as amount_before_refunds,
    {{ cast_to('units_sold + greatest(on_hand, 0)', 'quantity') }} as units_available,
    case
        when units_whole > 0
            then {{ cast_to(integer_divide('greatest(on_hand_whole, 0) * days_counted', 'units_whole'), 'integer') }}
    end as days_of_cover,
    {{ cast_to('days_out_of_stock', 'integer') }} as days_out_of_stock,
    case
        when days_in_stock > 0
            then {{ thousandths_of(integer_divide('units_whole * days_out_of_stock', 'days_in_stock * 10')) }}
    end as units_lost,
    case
        when days_in_stock > 0
            then {{ cast_to(
                amount_of_ten_thousandths(integer_divide('amount_whole * days_out_of_stock', 'days_in_stock')),
                'reporting_money'
            ) }}
    end as amount_lost
from whole
