{{ by_day('created_date', cluster_by=['payment_method_id']) }}

with sales as (

    select
        created_date,
        payment_method_id,
        count(distinct transaction_id) as orders_placed,
        count(distinct case when is_paid then transaction_id end) as orders_paid,
        sum(case when is_paid then gross_amount else 0 end) as gross_amount,
        sum(case when is_paid then discount_amount else 0 end) as discount_amount,
        sum(case when is_paid then shipping_amount else 0 end) as shipping_amount
    from {{ ref('fact_transaction') }}
    where {{ in_happened_window() }}
    group by created_date, payment_method_id

),

refunded as (

    select
        created_date,
        payment_method_id,
        count(*) as refunds,
        sum(refund_amount) as refund_amount
    from {{ ref('fact_refund') }}
    where {{ in_happened_window() }}
    group by created_date, payment_method_id

),

tried as (

    select
        created_date,
        payment_method_id,
        count(*) as attempts,
        sum(case when status = 'approved' then 1 else 0 end) as attempts_approved,
        sum(case when status = 'declined' then 1 else 0 end) as attempts_declined,
        sum(case when status = 'error' then 1 else 0 end) as attempts_failed,
        sum(case when is_retry then 1 else 0 end) as retries,
        sum(case when is_recovery then 1 else 0 end) as recoveries,
        sum(case when is_approved then amount else 0 end) as approved_amount,
        sum(case when is_recovery then amount else 0 end) as recovered_amount
    from {{ ref('fact_payment_attempt') }}
    where {{ in_happened_window() }}
    group by created_date, payment_method_id

),

methods_of_day as (

    select
        created_date,
        payment_method_id
    from sales
    union distinct
    select
        created_date,
        payment_method_id
    from refunded
    union distinct
    select
        created_date,
        payment_method_id
    from tried

)

select
    methods_of_day.created_date,
    methods_of_day.payment_method_id,
    cast(coalesce(sales.orders_placed, 0) as int64) as orders_placed,
    cast(coalesce(sales.orders_paid, 0) as int64) as orders_paid,
    cast(coalesce(refunded.refunds, 0) as int64) as refunds,
    cast(coalesce(sales.gross_amount, 0) as {{ decimal_type() }}) as gross_amount,
    cast(coalesce(sales.discount_amount, 0) as {{ decimal_type() }}) as discount_amount,
    cast(coalesce(refunded.refund_amount, 0) as {{ decimal_type() }}) as refund_amount,
    cast(
        coalesce(sales.gross_amount, 0) - coalesce(sales.discount_amount, 0) - coalesce(refunded.refund_amount, 0)
        as {{ decimal_type() }}
    ) as net_amount,
    cast(coalesce(sales.shipping_amount, 0) as {{ decimal_type() }}) as shipping_amount,
    cast(coalesce(tried.attempts, 0) as int64) as attempts,
    cast(coalesce(tried.attempts_approved, 0) as int64) as attempts_approved,
    cast(coalesce(tried.attempts_declined, 0) as int64) as attempts_declined,
    cast(coalesce(tried.attempts_failed, 0) as int64) as attempts_failed,
    cast(coalesce(tried.retries, 0) as int64) as retries,
    cast(coalesce(tried.recoveries, 0) as int64) as recoveries,
    cast(coalesce(tried.approved_amount, 0) as {{ decimal_type() }}) as approved_amount,
    cast(coalesce(tried.recovered_amount, 0) as {{ decimal_type() }}) as recovered_amount
from methods_of_day
left join sales
    on
        methods_of_day.created_date = sales.created_date
        and methods_of_day.payment_method_id = sales.payment_method_id
left join refunded
    on
        methods_of_day.created_date = refunded.created_date
        and methods_of_day.payment_method_id = refunded.payment_method_id
left join tried
    on
        methods_of_day.created_date = tried.created_date
        and methods_of_day.payment_method_id = tried.payment_method_id
