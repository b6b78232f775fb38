{{ by_day('created_date', cluster_by=['created_date']) }}

with sales as (

    select
        created_date,
        count(distinct transaction_id) as orders_placed,
        count(distinct case when is_paid then transaction_id end) as orders_paid,
        count(distinct case when is_paid then customer_id end) as customers,
        sum(case when is_paid then 1 else 0 end) as order_lines,
        sum(case when is_paid then quantity else 0 end) as units,
        sum(case when is_paid then gross_amount else 0 end) as gross_amount,
        sum(case when is_paid then discount_amount else 0 end) as discount_amount,
        sum(case when is_paid then shipping_amount else 0 end) as shipping_amount,
        sum(case when is_paid then 0 else net_amount end) as unpaid_amount,
        0 as refunds,
        0 as refund_amount
    from {{ ref('fact_transaction') }}
    where {{ in_happened_window() }}
    group by created_date

),

refunded as (

    select
        created_date,
        0 as orders_placed,
        0 as orders_paid,
        0 as customers,
        0 as order_lines,
        0 as units,
        0 as gross_amount,
        0 as discount_amount,
        0 as shipping_amount,
        0 as unpaid_amount,
        count(*) as refunds,
        sum(refund_amount) as refund_amount
    from {{ ref('fact_refund') }}
    where {{ in_happened_window() }}
    group by created_date

),

combined as (

    select * from sales
    union all
    select * from refunded

)

select
    created_date,
    {{ total_count('orders_placed') }} as orders_placed,
    {{ total_count('orders_paid') }} as orders_paid,
    {{ total_count('orders_placed - orders_paid') }} as orders_unpaid,
    {{ total_count('customers') }} as customers,
    {{ total_count('order_lines') }} as order_lines,
    {{ total_count('units') }} as units,
    {{ total_count('refunds') }} as refunds,
    {{ total_amount('gross_amount') }} as gross_amount,
    {{ total_amount('discount_amount') }} as discount_amount,
    {{ total_amount('refund_amount') }} as refund_amount,
    {{ total_amount('gross_amount - discount_amount - refund_amount') }} as net_amount,
    {{ total_amount('shipping_amount') }} as shipping_amount,
    {{ total_amount('unpaid_amount') }} as unpaid_amount
from combined
group by created_date
