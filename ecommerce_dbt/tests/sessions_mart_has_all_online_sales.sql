-- By day, the sales that visits led to are those outside the stores, and the funnel counts the same visits.
{{ config(meta={'dagster': {'ref': {'name': 'marts_session_transaction_summary'}}}) }}

with amounts as (

    select
        business_date,
        {{ total_reported('case when is_sold then gross_amount else 0 end') }} as gross_amount,
        {{ total_reported('case when is_sold then discount_amount else 0 end') }} as discount_amount,
        0 as sessions
    from {{ ref('fact_transaction') }}
    where
        channel <> 'store'
        and {{ in_days() }}
    group by business_date
    union all
    select
        business_date,
        0 as gross_amount,
        0 as discount_amount,
        sessions
    from {{ ref('marts_funnel_daily') }}
    where {{ in_days() }}
    union all
    select
        business_date,
        -gross_amount as gross_amount,
        -discount_amount as discount_amount,
        -sessions as sessions
    from {{ ref('marts_session_transaction_summary') }}
    where {{ in_days() }}

)

select business_date
from amounts
group by business_date
having
    {{ sums_differ('sum(gross_amount)', '0') }}
    or {{ sums_differ('sum(discount_amount)', '0') }}
    or sum(sessions) <> 0
