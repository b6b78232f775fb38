{#
    Every row of an event table in the run's days, typed, with its `validation_status`:

    - exact_duplicate: equal to another row in all columns, which stays;
    - the first rule that it breaks;
    - superseded: its key has a newer version on that day that breaks no rule;
    - conflicting_duplicate: of several newest versions of a key, none can be told to be right;
    - valid.

    Versions are compared among the rows that break no rule, so a broken row never costs a sound one. Most rows are alone in
    their key: comparing only the others takes a third of the time.
#}
{% macro validated_events(table) -%}
    {%- set columns = (table_contract(table)['columns'] | list + ['business_date']) | join(', ') -%}
    {%- set version = ['business_date', event_key(table), 'broken_rule is null'] | join(', ') -%}
    with checked as (
        select
            *,
            case
                {%- for reason, broken in quarantine_rules(table) %}
                when {{ broken }} then '{{ reason }}'
                {%- endfor %}
            end as broken_rule,
            count(*) over (partition by business_date, {{ event_key(table) }}) as rows_of_key
        from (
            select
                {{ typed_columns(table) }},
                business_date
            from {{ source('staging', table) }}
            where {{ in_days() }}
        ) as typed
    ),
    compared as (
        select
            *,
            max(updated_at) over (partition by {{ version }}) as newest_update,
            sum(case when copy_number = 1 then 1 else 0 end) over (
                partition by {{ version }}, updated_at
            ) as versions_at_update
        from (
            select
                *,
                row_number() over (partition by {{ columns }}) as copy_number
            from checked
            where rows_of_key > 1
        ) as copies
    )
    select
        {{ columns }},
        coalesce(broken_rule, 'valid') as validation_status
    from checked
    where rows_of_key = 1
    union all
    select
        {{ columns }},
        case
            when copy_number > 1 then 'exact_duplicate'
            when broken_rule is not null then broken_rule
            when updated_at < newest_update then 'superseded'
            when versions_at_update > 1 then 'conflicting_duplicate'
            else 'valid'
        end as validation_status
    from compared
{%- endmacro %}


{# The column by which versions of an event are found. #}
{% macro event_key(table) -%}
    {{ table_contract(table)['key'] }}
{%- endmacro %}


{# A table's columns, cast to the types of the table contract. #}
{% macro typed_columns(table) -%}
    {%- for name, type in table_contract(table)['columns'].items() %}
    {{ cast_to(name, type) }} as {{ name }}
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
{%- endmacro %}
