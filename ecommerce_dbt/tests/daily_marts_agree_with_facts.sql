-- A day's totals are the same in every mart that has them, which sum orders, and in the facts of lines and refunds, to
-- the cent. A day without sales and refunds, with payment attempts only, is in one mart and not in the others.
{{ config(meta={'dagster': {'ref': {'name': 'marts_sales_daily'}}}) }}

with amounts as (

    select
        'facts' as mart,
        business_date,
        {{ total_reported('case when is_sold then gross_amount else 0 end') }} as gross_amount,
        {{ total_reported('case when is_sold then discount_amount else 0 end') }} as discount_amount,
        0 as refund_amount,
        {{ total_reported('case when is_sold then net_amount else 0 end') }} as net_amount,
        {{ total_reported('case when is_sold then shipping_amount else 0 end') }} as shipping_amount
    from {{ ref('fact_transaction') }}
    where {{ in_days() }}
    group by business_date
    union all
    select
        'facts' as mart,
        business_date,
        0 as gross_amount,
        0 as discount_amount,
        {{ total_reported('refund_amount') }} as refund_amount,
        {{ total_reported('-refund_amount') }} as net_amount,
        0 as shipping_amount
    from {{ ref('fact_refund') }}
    where
        is_counted
        and {{ in_days() }}
    group by business_date
    {%- for mart in ['marts_sales_daily', 'marts_channel_store_daily', 'marts_payment_transaction_summary'] %}
    union all
    select
        '{{ mart }}' as mart,
        business_date,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(refund_amount) as refund_amount,
        sum(net_amount) as net_amount,
        sum(shipping_amount) as shipping_amount
    from {{ ref(mart) }}
    where {{ in_days() }}
    group by business_date
    {%- endfor %}

),

totals_of_mart as (

    select
        mart,
        business_date,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(refund_amount) as refund_amount,
        sum(net_amount) as net_amount,
        sum(shipping_amount) as shipping_amount
    from amounts
    group by mart, business_date

)

select business_date
from totals_of_mart
group by business_date
having
    (count(*) <> 4 and (max(gross_amount) <> 0 or max(refund_amount) <> 0 or max(shipping_amount) <> 0))
    or {{ sums_differ('min(gross_amount)', 'max(gross_amount)') }}
    or {{ sums_differ('min(discount_amount)', 'max(discount_amount)') }}
    or {{ sums_differ('min(refund_amount)', 'max(refund_amount)') }}
    or {{ sums_differ('min(net_amount)', 'max(net_amount)') }}
    or {{ sums_differ('min(shipping_amount)', 'max(shipping_amount)') }}
    or {{ sums_differ('max(net_amount)', '(max(gross_amount) - max(discount_amount) - max(refund_amount))') }}
