{{ by_day(cluster_by=['payment_method_id']) }}

with attempts as (

    select
        *,
        status = 'approved' as is_approved,
        case when status = 'approved' then 1 else 0 end as approved,
        case when status in ('declined', 'error') then 1 else 0 end as failed
    from {{ ref('stg_payment_attempts') }}
    where {{ in_days() }}

),

compared as (

    select
        *,
        sum(approved) over (partition by business_date, transaction_id) as approved_of_order,
        coalesce(sum(failed) over (
            partition by business_date, transaction_id
            order by attempt_number, created_at, payment_attempt_id
            rows between unbounded preceding and 1 preceding
        ), 0) as failed_before
    from attempts

)

select
    payment_attempt_id,
    transaction_id,
    business_date,
    created_at,
    attempt_number,
    coalesce(payment_method_id, {{ unknown() }}) as payment_method_id,
    amount,
    status,
    failure_reason,
    is_approved,
    failed_before > 0 as is_retry,
    is_approved and failed_before > 0 as is_recovery,
    is_approved and approved_of_order > 1 as is_split_payment
from compared
