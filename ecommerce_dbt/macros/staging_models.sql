{# The SQL of all models of models/staging/generated, by the name of their table. #}

{% macro valid_events(table) -%}
    {{ by_day('recorded_date', cluster_by=[event_key(table)]) }}
    select {{ _event_columns(table) }}
    from ({{ validated_events(table) }}) as validated
    where
        validation_status = 'valid'
        and {{ in_written_window() }}
{%- endmacro %}


{% macro quarantined_events(table) -%}
    {{ by_day('recorded_date', cluster_by=[event_key(table)]) }}
    select
        validation_status as reason,
        {{ _event_columns(table) }}
    from ({{ validated_events(table) }}) as validated
    where
        validation_status not in ('valid', 'exact_duplicate')
        and {{ in_written_window() }}
{%- endmacro %}


{% macro typed_dimension(table) -%}
    {{ config(tags=['dimension']) }}
    select {{ typed_columns(table) }}
    from {{ source('staging', table) }}
{%- endmacro %}


{# A column of a reserved name has another one in the models. #}
{% macro _event_columns(table) -%}
    {%- set contract = table_contract(table) -%}
    {%- for name in contract['columns'] %}
        {{ name }}{{ ' as ' ~ contract['aliases'][name] if name in contract['aliases'] }},
    {%- endfor %}
        created_date,
        recorded_date
{%- endmacro %}
