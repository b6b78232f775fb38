{{ by_day(cluster_by=['channel', 'category']) }}

with sales as (

    select
        business_date,
        channel,
        customer_country,
        device,
        category,
        sum(quantity) as units,
        0 as units_returned,
        sum(case when unit_cost is null then quantity else 0 end) as units_without_cost,
        sum(case when is_earliest_cost then quantity else 0 end) as units_at_earliest_cost,
        {{ total_reported('gross_amount') }} as gross_amount,
        {{ total_reported('discount_amount') }} as discount_amount,
        0 as refund_amount,
        {{ total_reported('payment_fee_amount') }} as payment_fee_amount,
        {{ total_reported('case when unit_cost is null then 0 else net_amount end') }} as net_amount_with_cost,
        {{ total_of_reported('cost_amount') }} as cost_amount,
        {{ total_of_reported('margin_amount') }} as margin_amount,
        {{ total_of_reported('margin_amount') }} as sales_margin_amount,
        {{ total_reported('case when unit_cost is null then 0 else net_amount end') }} as sales_with_cost_amount,
        0 as refund_with_cost_amount
    from {{ ref('fact_transaction') }}
    where
        is_sold
        and {{ in_days() }}
    group by business_date, channel, customer_country, device, category

),

refunded as (

    select
        business_date,
        channel,
        customer_country,
        device,
        category,
        0 as units,
        sum(quantity) as units_returned,
        0 as units_without_cost,
        0 as units_at_earliest_cost,
        0 as gross_amount,
        0 as discount_amount,
        {{ total_reported('refund_amount') }} as refund_amount,
        0 as payment_fee_amount,
        coalesce({{ total_of_reported('margin_amount') }}, 0) as net_amount_with_cost,
        {{ total_of_reported('case when margin_amount is not null then 0 end') }} as cost_amount,
        {{ total_of_reported('margin_amount') }} as margin_amount,
        0 as sales_margin_amount,
        0 as sales_with_cost_amount,
        {{ total_of_reported('-margin_amount') }} as refund_with_cost_amount
    from {{ ref('fact_refund_line') }}
    where
        is_counted
        and {{ in_days() }}
    group by business_date, channel, customer_country, device, category

),

combined as (

    select * from sales
    union all
    select * from refunded

)

select
    business_date,
    channel,
    customer_country,
    device,
    category,
    {{ total_quantity('units') }} as units,
    {{ total_quantity('units_returned') }} as units_returned,
    {{ total_quantity('units_without_cost') }} as units_without_cost,
    {{ total_quantity('units_at_earliest_cost') }} as units_at_earliest_cost,
    {{ total_of_reported('gross_amount') }} as gross_amount,
    {{ total_of_reported('discount_amount') }} as discount_amount,
    {{ total_of_reported('refund_amount') }} as refund_amount,
    {{ total_of_reported('gross_amount - discount_amount - refund_amount') }} as net_amount,
    {{ total_of_reported('payment_fee_amount') }} as payment_fee_amount,
    {{ total_of_reported('net_amount_with_cost') }} as net_amount_with_cost,
    {{ total_of_reported('cost_amount') }} as cost_amount,
    {{ total_of_reported('margin_amount') }} as margin_amount,
    {{ total_of_reported('coalesce(sales_margin_amount, 0)') }} as sales_margin_amount,
    {{ total_of_reported('sales_with_cost_amount') }} as sales_with_cost_amount,
    {{ total_of_reported('coalesce(refund_with_cost_amount, 0)') }} as refund_with_cost_amount
from combined
group by business_date, channel, customer_country, device, category
