{{ config(tags=['summary']) }}

with orders as (

    select
        person_key,
        business_date,
        channel,
        created_at
    from {{ ref('fact_order') }}
    where
        is_sold
        and person_key is not null

),

first_orders as (

    {{ first_purchases('orders') }}

),

history as (

    select
        min(business_date) as first_date,
        max(business_date) as as_of_date
    from {{ ref('fact_order') }}

),

-- Of who ordered before the loaded days, not all of the value is known.
members as (

    select
        first_orders.person_key,
        first_orders.channel,
        first_orders.business_date as first_order_date,
        {{ month_start('first_orders.business_date') }} as cohort_month
    from first_orders
    cross join history
    where first_orders.business_date >= history.first_date

),

cohorts as (

    select
        cohort_month,
        channel,
        count(*) as cohort_customers,
        max(first_order_date) as last_first_order_date
    from members
    group by cohort_month, channel

),

amounts as (

    select
        person_key,
        business_date,
        net_amount * exchange_rate as net_amount,
        margin_amount
    from {{ ref('fact_transaction') }}
    where is_sold
    union all
    select
        person_key,
        business_date,
        -refund_amount * exchange_rate as net_amount,
        margin_amount
    from {{ ref('fact_refund_line') }}
    where is_counted

),

aged as (

    select
        members.cohort_month,
        members.channel,
        {{ units_between('members.first_order_date', 'amounts.business_date', 'day') }} as days_since_first,
        amounts.net_amount,
        amounts.margin_amount
    from amounts
    inner join members on amounts.person_key = members.person_key

),

summed as (

    select
        cohort_month,
        channel,
        days_since_first,
        sum(net_amount) as net_amount,
        sum(margin_amount) as margin_amount
    from aged
    group by cohort_month, channel, days_since_first

),

spans as (

    {% for days in [30, 60, 90, 180, 365] %}
    select {{ cast_to(days, 'integer') }} as days
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

cumulated as (

    select
        summed.cohort_month,
        summed.channel,
        spans.days,
        {{ total_of_reported('summed.net_amount') }} as net_amount,
        {{ total_of_reported('summed.margin_amount') }} as margin_amount
    from summed
    inner join spans on summed.days_since_first < spans.days
    group by summed.cohort_month, summed.channel, spans.days

),

-- The day of the first order is the first of the days.
observed as (

    select
        cohorts.*,
        spans.days,
        {{ days_after('cohorts.last_first_order_date', 'spans.days - 1') }} <= history.as_of_date as is_complete
    from cohorts
    cross join spans
    cross join history

)

select
    observed.cohort_month,
    observed.channel,
    observed.days,
    observed.cohort_customers,
    case when observed.is_complete then coalesce(cumulated.net_amount, 0) end as net_amount,
    case when observed.is_complete then cumulated.margin_amount end as margin_amount
from observed
left join cumulated
    on
        observed.cohort_month = cumulated.cohort_month
        and observed.channel = cumulated.channel
        and observed.days = cumulated.days
