{#
    Every row of an event table in the read window, typed, with its `verdict`: 'valid', 'exact_duplicate', or the reason
    why it is quarantined. The first rule that a row breaks gives the reason. Copies of a key are compared among the rows
    that break no rule, so a broken row never costs a sound one; the first written of them is the valid one.

    A copy counts if it was written from the day on which the row happened: earlier days belong to other facts' windows.
#}
{% macro classified(table) -%}
    {%- set event = event_table(table) -%}
    {%- set content = event.columns | list + ['created_at'] -%}
    select
        *,
        case
            when broken_rule is not null then broken_rule
            when equal_copy_written >= created_date then 'exact_duplicate'
            when copy_written >= created_date then 'conflicting_duplicate'
            else 'valid'
        end as verdict
    from (
        select
            *,
            lag(recorded_date) over (
                partition by {{ event.key }}, broken_rule is null
                order by recorded_at, {{ content | join(', ') }}
            ) as copy_written,
            lag(recorded_date) over (
                partition by {{ content | join(', ') }}, broken_rule is null
                order by recorded_at
            ) as equal_copy_written
        from (
            select
                *,
                case
                    {%- for reason, broken in common_rules() + event.rules %}
                    when {{ broken }} then '{{ reason }}'
                    {%- endfor %}
                end as broken_rule
            from (
                select
                    {%- for name, type in event.columns.items() %}
                    cast({{ name }} as {{ type }}) as {{ name }},
                    {%- endfor %}
                    created_at,
                    recorded_at,
                    {{ utc_date('created_at') }} as created_date,
                    {{ utc_date('recorded_at') }} as recorded_date
                from {{ source('staging', table) }}
                where {{ read_from_staging() }}
            ) as typed
        ) as judged
    ) as compared
{%- endmacro %}


{# Rules that every event must keep: (reason, SQL that is true of a row that breaks it). #}
{% macro common_rules() %}
    {{ return([
        ('impossible_date', 'created_at > recorded_at'),
        ('too_late', 'recorded_date > ' ~ days_after('created_date', var('lateness_days'))),
    ]) }}
{% endmacro %}


{% macro days_after(date_column, days) -%}
    cast({{ dbt.dateadd('day', days, date_column) }} as date)
{%- endmacro %}
