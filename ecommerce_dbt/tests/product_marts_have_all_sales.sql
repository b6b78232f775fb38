-- Over all days, each mart by product has the revenue of the facts, to the cent.
{{ config(meta={'dagster': {'ref': {'name': 'marts_product_performance'}}}) }}

with told as (

    select
        'facts' as told_by,
        net_amount
    from {{ ref('fact_transaction') }}
    where is_paid
    union all
    select
        'facts' as told_by,
        -refund_amount as net_amount
    from {{ ref('fact_refund') }}
    {%- for mart in ['marts_product_performance', 'marts_customer_product_summary'] %}
    union all
    select
        '{{ mart }}' as told_by,
        net_amount
    from {{ ref(mart) }}
    {%- endfor %}

),

totals as (

    select
        told_by,
        sum(net_amount) as net_amount
    from told
    group by told_by

)

select
    min(net_amount) as lowest_total,
    max(net_amount) as highest_total
from totals
having min(net_amount) <> max(net_amount)
