{{ by_day('recorded_date', cluster_by=['table_name']) }}

with written as (

    {% for table in event_tables() %}
    select
        '{{ table }}' as table_name,
        {{ event_key(table) }} as event_key,
        recorded_at,
        {{ utc_date('recorded_at') }} as recorded_date,
        row_number() over (partition by {{ event_content(table) }} order by recorded_at) as copy_number
    from {{ source('staging', table) }}
    where {{ read_from_staging() }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

validated as (

    {% for table in event_tables() %}
    select
        '{{ table }}' as table_name,
        {{ event_key(table) }} as event_key,
        recorded_at,
        recorded_date,
        1 as is_valid,
        case when recorded_date > created_date then 1 else 0 end as is_late
    from {{ ref('stg_' ~ table) }}
    where {{ in_written_window() }}
    union all
    select
        '{{ table }}' as table_name,
        {{ event_key(table) }} as event_key,
        recorded_at,
        recorded_date,
        0 as is_valid,
        0 as is_late
    from {{ ref('quarantine_' ~ table) }}
    where {{ in_written_window() }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- Rows in, with the copies that were dropped, and rows out: counted apart, so that a test can compare them.
counted as (

    select
        written.table_name,
        written.recorded_date,
        1 as rows_in,
        0 as rows_valid,
        0 as rows_quarantined,
        case when written.copy_number > 1 and validated.event_key is null then 1 else 0 end as rows_duplicate,
        0 as rows_late
    from written
    left join validated
        on
            written.table_name = validated.table_name
            and written.event_key = validated.event_key
            and written.recorded_at = validated.recorded_at
    where {{ in_written_window('written.recorded_date') }}
    union all
    select
        table_name,
        recorded_date,
        0 as rows_in,
        is_valid as rows_valid,
        1 - is_valid as rows_quarantined,
        0 as rows_duplicate,
        is_late as rows_late
    from validated

),

totals as (

    select
        recorded_date,
        table_name,
        {{ total_count('rows_in') }} as rows_in,
        {{ total_count('rows_valid') }} as rows_valid,
        {{ total_count('rows_quarantined') }} as rows_quarantined,
        {{ total_count('rows_duplicate') }} as rows_duplicate,
        {{ total_count('rows_late') }} as rows_late
    from counted
    group by recorded_date, table_name

),

delivered as (

    select
        table_name,
        rows_source,
        rows_lake,
        {{ utc_date('recorded_at') }} as recorded_date
    from {{ source('staging', 'reconciliation') }}
    where {{ read_from_staging() }}

)

select
    totals.recorded_date,
    totals.table_name,
    delivered.rows_source,
    delivered.rows_lake,
    totals.rows_in,
    totals.rows_valid,
    totals.rows_quarantined,
    totals.rows_duplicate,
    totals.rows_late
from totals
left join delivered
    on
        totals.recorded_date = delivered.recorded_date
        and totals.table_name = delivered.table_name
