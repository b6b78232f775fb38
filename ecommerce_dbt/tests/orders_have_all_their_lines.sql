-- Orders whose lines are missing or quarantined, so that their sales are too low. A warning: the fault is in the rows.
{{ config(meta={'dagster': {'ref': {'name': 'fact_transaction'}}}, severity='warn') }}

with lines_of_order as (

    select
        transaction_id,
        business_date,
        count(*) as line_count,
        sum(gross_amount + tax_amount) as gross_amount
    from {{ ref('fact_transaction') }}
    where {{ in_days() }}
    group by transaction_id, business_date

)

select orders.transaction_id
from {{ ref('stg_transactions') }} as orders
left join lines_of_order
    on
        orders.transaction_id = lines_of_order.transaction_id
        and orders.business_date = lines_of_order.business_date
where
    {{ in_days('orders.business_date') }}
    and (
        lines_of_order.transaction_id is null
        or orders.line_count <> lines_of_order.line_count
        or {{ beyond_rounding(
            'abs(orders.gross_amount - lines_of_order.gross_amount)',
            ['orders.gross_amount', 'lines_of_order.gross_amount'],
            'lines_of_order.line_count'
        ) }}
    )
