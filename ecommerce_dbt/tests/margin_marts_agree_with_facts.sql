-- A day's revenue, margin and refunds are those of the facts in every mart that has them, to the cent.
{{ config(meta={'dagster': {'ref': {'name': 'marts_unit_economics_daily'}}}) }}

with amounts as (

    select
        'facts' as mart,
        business_date,
        {{ total_reported('net_amount') }} as net_amount,
        {{ total_of_reported('margin_amount') }} as margin_amount,
        0 as refund_amount
    from {{ ref('fact_transaction') }}
    where
        is_sold
        and {{ in_days() }}
    group by business_date
    union all
    select
        'facts' as mart,
        business_date,
        {{ total_reported('-refund_amount') }} as net_amount,
        {{ total_of_reported('margin_amount') }} as margin_amount,
        {{ total_reported('refund_amount') }} as refund_amount
    from {{ ref('fact_refund_line') }}
    where
        is_counted
        and {{ in_days() }}
    group by business_date
    union all
    select
        'unit_economics' as mart,
        business_date,
        net_amount,
        margin_amount,
        refund_amount
    from {{ ref('marts_unit_economics_daily') }}
    where {{ in_days() }}
    union all
    select
        'campaign' as mart,
        business_date,
        net_amount,
        margin_amount,
        0 as refund_amount
    from {{ ref('marts_campaign_daily') }}
    where {{ in_days() }}
    union all
    select
        'coupon' as mart,
        business_date,
        net_amount,
        0 as margin_amount,
        refund_amount
    from {{ ref('marts_coupon_daily') }}
    where {{ in_days() }}
    union all
    select
        'returns' as mart,
        business_date,
        0 as net_amount,
        0 as margin_amount,
        refund_amount
    from {{ ref('marts_returns') }}
    where {{ in_days() }}

),

compared as (

    select
        business_date,
        {% for mart in ['facts', 'unit_economics', 'campaign', 'coupon', 'returns'] -%}
        {% for amount in ['net', 'margin', 'refund'] -%}
        coalesce(sum(case when mart = '{{ mart }}' then {{ amount }}_amount end), 0) as {{ amount }}_of_{{ mart }},
        {% endfor -%}
        {% endfor -%}
        count(*) as parts
    from amounts
    group by business_date

)

select business_date
from compared
where
    {{ sums_differ('net_of_unit_economics', 'net_of_facts') }}
    or {{ sums_differ('net_of_campaign', 'net_of_facts') }}
    or {{ sums_differ('net_of_coupon', 'net_of_facts') }}
    or {{ sums_differ('margin_of_unit_economics', 'margin_of_facts') }}
    or {{ sums_differ('margin_of_campaign', 'margin_of_facts') }}
    or {{ sums_differ('refund_of_unit_economics', 'refund_of_facts') }}
    or {{ sums_differ('refund_of_coupon', 'refund_of_facts') }}
    or {{ sums_differ('refund_of_returns', 'refund_of_facts') }}
