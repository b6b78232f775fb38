{{ by_day(cluster_by=['channel', 'payment_method_id']) }}

with orders as (

    select *
    from {{ ref('fact_order') }}
    where {{ in_days() }}

),

sales as (

    select
        business_date,
        channel,
        customer_country,
        device,
        payment_method_id,
        count(*) as orders_placed,
        sum(case when is_sold then 1 else 0 end) as orders_sold,
        {{ total_reported('case when is_sold then net_amount else 0 end') }} as amount_before_refunds,
        0 as refund_amount,
        0 as attempts,
        0 as attempts_approved,
        0 as retries,
        0 as recoveries,
        0 as recovered_amount
    from orders
    group by business_date, channel, customer_country, device, payment_method_id

),

refunded as (

    select
        business_date,
        channel,
        customer_country,
        device,
        payment_method_id,
        0 as orders_placed,
        0 as orders_sold,
        0 as amount_before_refunds,
        {{ total_reported('refund_amount') }} as refund_amount,
        0 as attempts,
        0 as attempts_approved,
        0 as retries,
        0 as recoveries,
        0 as recovered_amount
    from {{ ref('fact_refund') }}
    where
        is_counted
        and {{ in_days() }}
    group by business_date, channel, customer_country, device, payment_method_id

),

payment_attempts as (

    select *
    from {{ ref('fact_payment_attempt') }}
    where {{ in_days() }}

),

-- An attempt whose order is missing or quarantined still counts: the mart has all attempts. Its amount, of which the
-- currency is not known, does not.
tried as (

    select
        payment_attempts.business_date,
        {% for attribute in ['channel', 'customer_country', 'device'] -%}
        coalesce(orders.{{ attribute }}, 'unknown') as {{ attribute }},
        {% endfor -%}
        payment_attempts.payment_method_id,
        0 as orders_placed,
        0 as orders_sold,
        0 as amount_before_refunds,
        0 as refund_amount,
        count(*) as attempts,
        sum(case when payment_attempts.is_approved then 1 else 0 end) as attempts_approved,
        sum(case when payment_attempts.is_retry then 1 else 0 end) as retries,
        sum(case when payment_attempts.is_recovery then 1 else 0 end) as recoveries,
        coalesce({{ total_reported(
            'case when payment_attempts.is_recovery then payment_attempts.amount else 0 end', 'orders.exchange_rate'
        ) }}, 0) as recovered_amount
    from payment_attempts
    left join orders
        on
            payment_attempts.transaction_id = orders.transaction_id
            and payment_attempts.business_date = orders.business_date
    group by
        payment_attempts.business_date,
        {% for attribute in ['channel', 'customer_country', 'device'] -%}
        coalesce(orders.{{ attribute }}, 'unknown'),
        {% endfor -%}
        payment_attempts.payment_method_id

),

counted as (

    select * from sales
    union all
    select * from refunded
    union all
    select * from tried

)

select
    business_date,
    channel,
    customer_country,
    device,
    payment_method_id,
    {{ total_count('orders_placed') }} as orders_placed,
    {{ total_count('orders_sold') }} as orders_sold,
    {{ total_of_reported('refund_amount') }} as refund_amount,
    {{ total_of_reported('amount_before_refunds - refund_amount') }} as net_amount,
    {{ total_count('attempts') }} as attempts,
    {{ total_count('attempts_approved') }} as attempts_approved,
    {{ total_count('retries') }} as retries,
    {{ total_count('recoveries') }} as recoveries,
    {{ total_of_reported('recovered_amount') }} as recovered_amount
from counted
group by business_date, channel, customer_country, device, payment_method_id
