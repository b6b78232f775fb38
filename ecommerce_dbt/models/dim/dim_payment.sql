{{ config(tags=['dimension']) }}

select
    payment_method_id,
    code,
    method_name,
    method_type,
    provider,
    fee_percent,
    is_online
from {{ ref('stg_payment_methods') }}
