{{ config(tags=['dimension']) }}

with rates as (

    select
        upper(trim(currency)) as currency,
        valid_from,
        rate,
        row_number() over (
            partition by upper(trim(currency)), valid_from
            order by updated_at desc, exchange_rate_id desc
        ) as version_number
    from {{ ref('stg_exchange_rates') }}
    where rate > 0

),

-- There are no rates of weekends and holidays, but one of a week ago is no rate of today.
ended as (

    select
        currency,
        valid_from,
        {{ days_after('valid_from', 8) }} as latest_end,
        lead(valid_from) over (partition by currency order by valid_from) as next_from,
        rate
    from rates
    where version_number = 1

)

select
    currency,
    valid_from,
    least(latest_end, coalesce(next_from, latest_end)) as valid_to,
    rate
from ended
