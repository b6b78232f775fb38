{#
    Every row of an event table in the read window, typed, with its `verdict`: 'valid', 'exact_duplicate', or the reason
    why it is quarantined. The first rule that a row breaks gives the reason. Copies of a key are compared among the rows
    that break no rule, so a broken row never costs a sound one; the first written of them is the valid one.

    A copy counts if it was written since the day on which the row happened: what was written before belongs to other
    days' facts, and days must be buildable in any order. So a key used again for an event of a later day is not noticed.
#}
{% macro classified(table) -%}
    {%- set content = event_content(table) -%}
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
                partition by {{ event_key(table) }}, broken_rule is null
                order by recorded_at, {{ content }}
            ) as copy_written,
            lag(recorded_date) over (
                partition by {{ content }}, broken_rule is null
                order by recorded_at
            ) as equal_copy_written
        from (
            select
                *,
                case
                    {%- for reason, broken in event_rules(table) %}
                    when {{ broken }} then '{{ reason }}'
                    {%- endfor %}
                end as broken_rule
            from (
                select
                    {%- for name, type in event_columns(table).items() %}
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
