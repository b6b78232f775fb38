{#
    Every row of an event table in the read window, typed, with its `validation_status`: 'valid', 'exact_duplicate', or the
    reason why it is quarantined, which is the first rule that it breaks. Copies of a key are compared among the rows that
    break no rule, so a broken row never costs a sound one; the first written of them is the valid one.

    A copy counts if it was written since the day on which the row happened: what was written before belongs to other
    days' facts, and days must be buildable in any order. So a key used again for an event of a later day is not noticed.
#}
{% macro validated_events(table) -%}
    {%- set content = event_content(table) -%}
    select
        *,
        case
            when broken_rule is not null then broken_rule
            when equal_copy_written >= created_date then 'exact_duplicate'
            when copy_written >= created_date then 'conflicting_duplicate'
            else 'valid'
        end as validation_status
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
                    {%- for reason, broken in quarantine_rules(table) %}
                    when {{ broken }} then '{{ reason }}'
                    {%- endfor %}
                end as broken_rule
            from (
                select
                    {{ typed_columns(table) }},
                    {{ utc_date('created_at') }} as created_date,
                    {{ utc_date('recorded_at') }} as recorded_date
                from {{ source('staging', table) }}
                where {{ read_from_staging() }}
            ) as typed
        ) as checked
    ) as compared
{%- endmacro %}


{# The column by which copies of an event are found. #}
{% macro event_key(table) -%}
    {{ table_contract(table)['key'] }}
{%- endmacro %}


{# All that two copies of an event have in common: everything but when they were written. #}
{% macro event_content(table) -%}
    {{ table_contract(table)['columns'] | reject('equalto', 'recorded_at') | join(', ') }}
{%- endmacro %}


{# A table's columns, cast to the types of the table contract. #}
{% macro typed_columns(table) -%}
    {%- for name, type in table_contract(table)['columns'].items() %}
    {{ cast_to(name, type) }} as {{ name }}
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
{%- endmacro %}
