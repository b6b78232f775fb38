{{ config(tags=['summary']) }}

with as_of as (

    select max(business_date) as as_of_date
    from {{ ref('fact_order') }}

),

bought as (

    select
        person_key,
        min(customer_id) as customer_id,
        min(business_date) as first_order_date,
        max(business_date) as last_order_date,
        count(*) as orders,
        {{ total_reported('net_amount') }} as sales_amount
    from {{ ref('fact_order') }}
    where
        is_sold
        and person_key is not null
    group by person_key

),

returned as (

    select
        person_key,
        {{ total_reported('refund_amount') }} as refund_amount
    from {{ ref('fact_refund') }}
    where is_counted
    group by person_key

),

measured as (

    select
        bought.person_key,
        bought.customer_id,
        as_of.as_of_date,
        bought.first_order_date,
        bought.last_order_date,
        {{ units_between('bought.last_order_date', 'as_of.as_of_date', 'day') }} as recency_days,
        bought.orders,
        bought.sales_amount - coalesce(returned.refund_amount, 0) as net_amount
    from bought
    cross join as_of
    left join returned on bought.person_key = returned.person_key

),

-- Ties are broken by the customer's number, so that a rebuild gives the same scores; guests have none.
scored as (

    select
        *,
        {{ cast_to(
            'ntile(5) over (order by recency_days desc, customer_id asc, person_key asc)', 'integer'
        ) }} as recency_score,
        {{ cast_to(
            'ntile(5) over (order by orders asc, customer_id asc, person_key asc)', 'integer'
        ) }} as frequency_score,
        {{ cast_to(
            'ntile(5) over (order by net_amount asc, customer_id asc, person_key asc)', 'integer'
        ) }} as monetary_score
    from measured

)

select
    person_key,
    customer_id,
    as_of_date,
    first_order_date,
    last_order_date,
    recency_days,
    orders,
    {{ cast_to('net_amount', 'reporting_money') }} as net_amount,
    recency_score,
    frequency_score,
    monetary_score,
    case
        when recency_score >= 4 and frequency_score >= 4 then 'champion'
        when recency_score >= 3 and frequency_score >= 3 then 'loyal'
        when recency_score >= 4 then 'recent'
        when frequency_score >= 4 then 'at_risk'
        when recency_score <= 2 and frequency_score <= 2 then 'lapsed'
        else 'occasional'
    end as segment
from scored
