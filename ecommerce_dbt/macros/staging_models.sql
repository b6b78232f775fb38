{# The SQL of all models of models/staging/generated, by the name of their table. #}

{% macro valid_events(table) -%}
    {{ by_day(cluster_by=[event_key(table)]) }}
    select {{ _event_columns(table) }}
    from ({{ validated_events(table) }}) as validated
    where validation_status = 'valid'
{%- endmacro %}


{% macro quarantined_events(table) -%}
    {{ by_day(cluster_by=[event_key(table)]) }}
    select
        validation_status as reason,
        {{ _event_columns(table) }}
    from ({{ validated_events(table) }}) as validated
    where validation_status not in ('valid', 'exact_duplicate', 'superseded')
{%- endmacro %}


{# A dimension's rows: of several with one key the newest, of several newest any one, the same in every run. #}
{% macro typed_dimension(table) -%}
    {%- set contract = table_contract(table) -%}
    {%- set columns = contract['columns'] | join(', ') -%}
    {{ config(tags=['dimension']) }}
    select {{ columns }}
    from (
        select
            *,
            row_number() over (partition by {{ contract['key'] }} order by updated_at desc, {{ columns }}) as version_number
        from (
            select {{ typed_columns(table) }}
            from {{ source('staging', table) }}
        ) as typed
    ) as versions
    where version_number = 1
{%- endmacro %}


{# A column of a reserved name has another one in the models. #}
{% macro _event_columns(table) -%}
    {%- set contract = table_contract(table) -%}
    {%- for name in contract['columns'] %}
        {{ name }}{{ ' as ' ~ contract['aliases'][name] if name in contract['aliases'] }},
    {%- endfor %}
        business_date
{%- endmacro %}
