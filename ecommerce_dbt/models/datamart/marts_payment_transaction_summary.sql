{{ by_day(cluster_by=['payment_method_id']) }}

with sales as (

    select
        business_date,
        payment_method_id,
        count(*) as orders_placed,
        {{ total_count('case when is_sold then 1 else 0 end') }} as orders_sold,
        {{ total_reported('case when is_sold then gross_amount else 0 end') }} as gross_amount,
        {{ total_reported('case when is_sold then discount_amount else 0 end') }} as discount_amount,
        {{ total_reported('case when is_sold then shipping_amount else 0 end') }} as shipping_amount
    from {{ ref('fact_order') }}
    where {{ in_days() }}
    group by business_date, payment_method_id

),

refunded as (

    select
        business_date,
        payment_method_id,
        count(*) as refunds,
        {{ total_reported('refund_amount') }} as refund_amount
    from {{ ref('fact_refund') }}
    where
        is_counted
        and {{ in_days() }}
    group by business_date, payment_method_id

),

-- The amount of an attempt is in its order's currency; without the order it counts, and its amount does not.
attempts as (

    select
        attempts.*,
        orders.exchange_rate
    from {{ ref('fact_payment_attempt') }} as attempts
    left join {{ ref('fact_order') }} as orders
        on
            attempts.transaction_id = orders.transaction_id
            and attempts.business_date = orders.business_date
            and {{ in_days('orders.business_date') }}
    where {{ in_days('attempts.business_date') }}

),

tried as (

    select
        business_date,
        payment_method_id,
        count(*) as attempts,
        {{ total_count("case when status = 'approved' then 1 else 0 end") }} as attempts_approved,
        {{ total_count("case when status = 'declined' then 1 else 0 end") }} as attempts_declined,
        {{ total_count("case when status = 'error' then 1 else 0 end") }} as attempts_failed,
        {{ total_count("case when status = 'pending' then 1 else 0 end") }} as attempts_pending,
        {{ total_count('case when is_retry then 1 else 0 end') }} as retries,
        {{ total_count('case when is_recovery then 1 else 0 end') }} as recoveries,
        {{ total_reported('case when is_approved then amount else 0 end') }} as approved_amount,
        {{ total_reported('case when is_recovery then amount else 0 end') }} as recovered_amount
    from attempts
    group by business_date, payment_method_id

),

methods_of_day as (

    select
        business_date,
        payment_method_id
    from sales
    union distinct
    select
        business_date,
        payment_method_id
    from refunded
    union distinct
    select
        business_date,
        payment_method_id
    from tried

)

select
    methods_of_day.business_date,
    methods_of_day.payment_method_id,
    coalesce(sales.orders_placed, 0) as orders_placed,
    coalesce(sales.orders_sold, 0) as orders_sold,
    coalesce(refunded.refunds, 0) as refunds,
    coalesce(sales.gross_amount, 0) as gross_amount,
    coalesce(sales.discount_amount, 0) as discount_amount,
    coalesce(refunded.refund_amount, 0) as refund_amount,
    {{ cast_to(
        'coalesce(sales.gross_amount, 0) - coalesce(sales.discount_amount, 0) - coalesce(refunded.refund_amount, 0)',
        'reporting_money'
    ) }} as net_amount,
    coalesce(sales.shipping_amount, 0) as shipping_amount,
    coalesce(tried.attempts, 0) as attempts,
    coalesce(tried.attempts_approved, 0) as attempts_approved,
    coalesce(tried.attempts_declined, 0) as attempts_declined,
    coalesce(tried.attempts_failed, 0) as attempts_failed,
    coalesce(tried.attempts_pending, 0) as attempts_pending,
    coalesce(tried.retries, 0) as retries,
    coalesce(tried.recoveries, 0) as recoveries,
    coalesce(tried.approved_amount, 0) as approved_amount,
    coalesce(tried.recovered_amount, 0) as recovered_amount
from methods_of_day
left join sales
    on
        methods_of_day.business_date = sales.business_date
        and methods_of_day.payment_method_id = sales.payment_method_id
left join refunded
    on
        methods_of_day.business_date = refunded.business_date
        and methods_of_day.payment_method_id = refunded.payment_method_id
left join tried
    on
        methods_of_day.business_date = tried.business_date
        and methods_of_day.payment_method_id = tried.payment_method_id
