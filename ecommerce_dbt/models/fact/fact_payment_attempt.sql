{{ by_day(cluster_by=['payment_method_id']) }}

with attempts as (

    select
        attempts.*,
        -- Of a word that nobody knows, no money is expected.
        coalesce(payment_status.group_name, 'pending') as attempt_status
    from {{ ref('stg_payment_attempts') }} as attempts
    {{ join_words('payment_status', 'attempts.status') }}
    where {{ in_days('attempts.business_date') }}

),

compared as (

    select
        *,
        attempt_status = 'approved' as is_approved,
        sum(case when attempt_status = 'approved' then 1 else 0 end) over (partition by business_date, transaction_id)
            as approved_of_order,
        coalesce(sum(case when attempt_status in ('declined', 'error') then 1 else 0 end) over (
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
    updated_at,
    attempt_number,
    coalesce(payment_method_id, {{ unknown() }}) as payment_method_id,
    amount,
    attempt_status as status,
    status as shop_status,
    failure_reason,
    is_approved,
    failed_before > 0 as is_retry,
    is_approved and failed_before > 0 as is_recovery,
    is_approved and approved_of_order > 1 as is_split_payment
from compared
