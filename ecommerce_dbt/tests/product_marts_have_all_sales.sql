-- Over all days, each mart by product has the revenue of the facts, to the cent.
{{ config(meta={'dagster': {'ref': {'name': 'marts_product_performance'}}}) }}

with amounts as (

    select
        'facts' as mart,
        net_amount * exchange_rate as net_amount
    from {{ ref('fact_transaction') }}
    where is_sold
    union all
    select
        'facts' as mart,
        -refund_amount * exchange_rate as net_amount
    from {{ ref('fact_refund') }}
    where is_counted
    {%- for mart in ['marts_product_performance', 'marts_customer_product_summary'] %}
    union all
    select
        '{{ mart }}' as mart,
        net_amount
    from {{ ref(mart) }}
    {%- endfor %}

),

totals as (

    select
        mart,
        sum(net_amount) as net_amount
    from amounts
    group by mart

)

select
    min(net_amount) as lowest_total,
    max(net_amount) as highest_total
from totals
having {{ sums_differ('min(net_amount)', 'max(net_amount)') }}
