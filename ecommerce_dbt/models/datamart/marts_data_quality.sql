{{ by_day('recorded_date', cluster_by=['table_name']) }}

with
{% for table in ['sessions', 'transactions', 'transaction_items', 'payment_attempts', 'refunds', 'reviews'] %}
{%- set event = event_table(table) %}
{%- set columns = event.columns | join(', ') %}
{{ table }}_written as (

    select
        {{ event.key }} as event_key,
        recorded_at,
        {{ utc_date('recorded_at') }} as recorded_date,
        row_number() over (partition by {{ columns }}, created_at order by recorded_at) as copy_number
    from {{ source('staging', table) }}
    where {{ read_from_staging() }}

),

{{ table }}_judged as (

    select
        {{ event.key }} as event_key,
        recorded_at,
        recorded_date,
        1 as is_valid,
        case when recorded_date > created_date then 1 else 0 end as is_late
    from {{ ref('stg_' ~ table) }}
    where {{ in_written_window() }}
    union all
    select
        {{ event.key }} as event_key,
        recorded_at,
        recorded_date,
        0 as is_valid,
        0 as is_late
    from {{ ref('quarantine_' ~ table) }}
    where {{ in_written_window() }}

),

{{ table }}_counted as (

    -- What came in, and the copies among it that went nowhere.
    select
        written.recorded_date,
        1 as rows_in,
        0 as rows_valid,
        0 as rows_quarantined,
        case when written.copy_number > 1 and judged.event_key is null then 1 else 0 end as rows_duplicate,
        0 as rows_late
    from {{ table }}_written as written
    left join {{ table }}_judged as judged
        on
            written.event_key = judged.event_key
            and written.recorded_at = judged.recorded_at
    where {{ in_written_window('written.recorded_date') }}
    union all
    -- Where it went.
    select
        recorded_date,
        0 as rows_in,
        is_valid as rows_valid,
        1 - is_valid as rows_quarantined,
        0 as rows_duplicate,
        is_late as rows_late
    from {{ table }}_judged

){{ ',' if not loop.last }}
{% endfor %}

{% for table in ['sessions', 'transactions', 'transaction_items', 'payment_attempts', 'refunds', 'reviews'] %}
select
    recorded_date,
    '{{ table }}' as table_name,
    {{ total_count('rows_in') }} as rows_in,
    {{ total_count('rows_valid') }} as rows_valid,
    {{ total_count('rows_quarantined') }} as rows_quarantined,
    {{ total_count('rows_duplicate') }} as rows_duplicate,
    {{ total_count('rows_late') }} as rows_late
from {{ table }}_counted
group by recorded_date
{{ 'union all' if not loop.last }}
{% endfor %}
