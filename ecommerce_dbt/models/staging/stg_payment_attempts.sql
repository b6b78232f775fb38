{{ by_day('recorded_date', cluster_by=['payment_attempt_id']) }}

with classified as (

    {{ classified('payment_attempts') }}

)

select
    payment_attempt_id,
    transaction_id,
    attempt_number,
    payment_method_id,
    amount,
    status,
    failure_reason,
    created_at,
    recorded_at,
    created_date,
    recorded_date
from classified
where
    verdict = 'valid'
    and {{ in_written_window() }}
