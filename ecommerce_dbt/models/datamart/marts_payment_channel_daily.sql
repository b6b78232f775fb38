{{ config(tags=['summary']) }}

with channels as (

    select
        transaction_id,
        min(channel) as channel
    from {{ ref('fact_transaction') }}
    group by transaction_id

),

sales as (

    select
        created_date,
        channel,
        payment_method_id,
        count(distinct transaction_id) as orders_placed,
        count(distinct case when is_paid then transaction_id end) as orders_paid,
        sum(case when is_paid then net_amount else 0 end) as amount_before_refunds,
        0 as refund_amount,
        0 as attempts,
        0 as attempts_approved,
        0 as retries,
        0 as recoveries,
        0 as recovered_amount
    from {{ ref('fact_transaction') }}
    group by created_date, channel, payment_method_id

),

refunded as (

    select
        created_date,
        channel,
        payment_method_id,
        0 as orders_placed,
        0 as orders_paid,
        0 as amount_before_refunds,
        sum(refund_amount) as refund_amount,
        0 as attempts,
        0 as attempts_approved,
        0 as retries,
        0 as recoveries,
        0 as recovered_amount
    from {{ ref('fact_refund') }}
    group by created_date, channel, payment_method_id

),

-- An attempt for an order that was quarantined still counts: the mart has all attempts.
tried as (

    select
        tried.created_date,
        coalesce(channels.channel, 'unknown') as channel,
        tried.payment_method_id,
        0 as orders_placed,
        0 as orders_paid,
        0 as amount_before_refunds,
        0 as refund_amount,
        count(*) as attempts,
        sum(case when tried.is_approved then 1 else 0 end) as attempts_approved,
        sum(case when tried.is_retry then 1 else 0 end) as retries,
        sum(case when tried.is_recovery then 1 else 0 end) as recoveries,
        sum(case when tried.is_recovery then tried.amount else 0 end) as recovered_amount
    from {{ ref('fact_payment_attempt') }} as tried
    left join channels on tried.transaction_id = channels.transaction_id
    group by tried.created_date, coalesce(channels.channel, 'unknown'), tried.payment_method_id

),

counted as (

    select * from sales
    union all
    select * from refunded
    union all
    select * from tried

)

select
    created_date,
    channel,
    payment_method_id,
    {{ total_count('orders_placed') }} as orders_placed,
    {{ total_count('orders_paid') }} as orders_paid,
    {{ total_amount('refund_amount') }} as refund_amount,
    {{ total_amount('amount_before_refunds - refund_amount') }} as net_amount,
    {{ total_count('attempts') }} as attempts,
    {{ total_count('attempts_approved') }} as attempts_approved,
    {{ total_count('retries') }} as retries,
    {{ total_count('recoveries') }} as recoveries,
    {{ total_amount('recovered_amount') }} as recovered_amount
from counted
group by created_date, channel, payment_method_id
