{{ by_day(cluster_by=['table_name']) }}

with counted as (

    {% for table in event_tables() %}
    select
        business_date,
        '{{ table }}' as table_name,
        count(*) as rows_in,
        0 as rows_valid,
        0 as rows_quarantined,
        sum(case when validation_status = 'exact_duplicate' then 1 else 0 end) as rows_duplicate,
        sum(case when validation_status = 'superseded' then 1 else 0 end) as rows_superseded
    from ({{ validated_events(table) }}) as validated
    group by business_date
    union all
    select
        business_date,
        '{{ table }}' as table_name,
        0 as rows_in,
        count(*) as rows_valid,
        0 as rows_quarantined,
        0 as rows_duplicate,
        0 as rows_superseded
    from {{ ref('stg_' ~ table) }}
    where {{ in_days() }}
    group by business_date
    union all
    select
        business_date,
        '{{ table }}' as table_name,
        0 as rows_in,
        0 as rows_valid,
        count(*) as rows_quarantined,
        0 as rows_duplicate,
        0 as rows_superseded
    from {{ ref('quarantine_' ~ table) }}
    where {{ in_days() }}
    group by business_date
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

totals as (

    select
        business_date,
        table_name,
        {{ total_count('rows_in') }} as rows_in,
        {{ total_count('rows_valid') }} as rows_valid,
        {{ total_count('rows_quarantined') }} as rows_quarantined,
        {{ total_count('rows_duplicate') }} as rows_duplicate,
        {{ total_count('rows_superseded') }} as rows_superseded
    from counted
    group by business_date, table_name

),

orders as (

    select *
    from {{ ref('fact_order') }}
    where {{ in_days() }}

),

unmatched as (

    select
        business_date,
        'transactions' as table_name,
        count(*) as rows_unmatched
    from orders
    where lines_found = 0
    group by business_date
    {% for table in ['transaction_items', 'payment_attempts'] %}
    union all
    select
        parts.business_date,
        '{{ table }}' as table_name,
        count(*) as rows_unmatched
    from {{ ref('stg_' ~ table) }} as parts
    left join orders
        on
            parts.transaction_id = orders.transaction_id
            and parts.business_date = orders.business_date
    where
        orders.transaction_id is null
        and {{ in_days('parts.business_date') }}
    group by parts.business_date
    {% endfor %}

),

delivered as (

    select
        business_date,
        table_name,
        rows_source,
        rows_lake
    from {{ source('staging', 'reconciliation') }}
    where {{ in_days() }}

)

select
    totals.business_date,
    totals.table_name,
    delivered.rows_source,
    delivered.rows_lake,
    totals.rows_in,
    totals.rows_valid,
    totals.rows_quarantined,
    totals.rows_duplicate,
    totals.rows_superseded,
    coalesce(unmatched.rows_unmatched, 0) as rows_unmatched
from totals
left join delivered
    on
        totals.business_date = delivered.business_date
        and totals.table_name = delivered.table_name
left join unmatched
    on
        totals.business_date = unmatched.business_date
        and totals.table_name = unmatched.table_name
