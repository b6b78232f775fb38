{{ by_day('created_date', cluster_by=['payment_method_id']) }}

select
    payment_attempt_id,
    transaction_id,
    created_date,
    created_at,
    attempt_number,
    payment_method_id,
    amount,
    status,
    failure_reason,
    status = 'approved' as is_approved,
    attempt_number > 1 as is_retry,
    status = 'approved' and attempt_number > 1 as is_recovery
from {{ ref('stg_payment_attempts') }}
where
    {{ in_happened_window() }}
    and {{ in_written_window() }}
