-- A day's totals are the same in every mart that has them and in the facts, to the cent. A day without sales and
-- refunds, with payment attempts only, is in one mart and not in the others.
{{ config(meta={'dagster': {'ref': {'name': 'marts_sales_daily'}}}) }}

with amounts as (

    select
        'facts' as mart,
        created_date,
        sum(case when is_paid then gross_amount else 0 end) as gross_amount,
        sum(case when is_paid then discount_amount else 0 end) as discount_amount,
        0 as refund_amount,
        sum(case when is_paid then net_amount else 0 end) as net_amount,
        sum(case when is_paid then shipping_amount else 0 end) as shipping_amount
    from {{ ref('fact_transaction') }}
    where {{ in_happened_window() }}
    group by created_date
    union all
    select
        'facts' as mart,
        created_date,
        0 as gross_amount,
        0 as discount_amount,
        sum(refund_amount) as refund_amount,
        -sum(refund_amount) as net_amount,
        0 as shipping_amount
    from {{ ref('fact_refund') }}
    where {{ in_happened_window() }}
    group by created_date
    {%- for mart in ['marts_sales_daily', 'marts_channel_store_daily', 'marts_payment_transaction_summary'] %}
    union all
    select
        '{{ mart }}' as mart,
        created_date,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(refund_amount) as refund_amount,
        sum(net_amount) as net_amount,
        sum(shipping_amount) as shipping_amount
    from {{ ref(mart) }}
    where {{ in_happened_window() }}
    group by created_date
    {%- endfor %}

),

totals_of_mart as (

    select
        mart,
        created_date,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(refund_amount) as refund_amount,
        sum(net_amount) as net_amount,
        sum(shipping_amount) as shipping_amount
    from amounts
    group by mart, created_date

)

select created_date
from totals_of_mart
group by created_date
having
    (count(*) <> 4 and (max(gross_amount) <> 0 or max(refund_amount) <> 0 or max(shipping_amount) <> 0))
    or min(gross_amount) <> max(gross_amount)
    or min(discount_amount) <> max(discount_amount)
    or min(refund_amount) <> max(refund_amount)
    or min(net_amount) <> max(net_amount)
    or min(shipping_amount) <> max(shipping_amount)
    or max(net_amount) <> max(gross_amount) - max(discount_amount) - max(refund_amount)
