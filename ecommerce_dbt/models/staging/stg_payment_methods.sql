{{ config(tags=['dimension']) }}

select
    cast(payment_method_id as int64) as payment_method_id,
    cast(code as string) as code,
    cast(method_name as string) as method_name,
    cast(method_type as string) as method_type,
    cast(provider as string) as provider,
    cast(fee_percent as {{ decimal_type(5, 2) }}) as fee_percent,
    cast(is_online as bool) as is_online,
    updated_at
from {{ source('staging', 'payment_methods') }}
