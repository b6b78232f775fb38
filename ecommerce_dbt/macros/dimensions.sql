{# The key of an order without a customer, and of anything else that a fact does not name. #}
{% macro guest() %}{{ "'guest'" if key_type() == 'text' else '-1' }}{% endmacro %}
{% macro unknown() %}{{ "'unknown'" if key_type() == 'text' else '-2' }}{% endmacro %}


{#
    The rows of a dimension: those that the shop has, those that it has deleted since they were known, with `deleted_at`,
    and the members that stand for nobody's key. A row that the shop has again is its own.

    Args:
        present: A CTE with the model's columns, all but `deleted_at`.
        key: The dimension's key.
        members: The name of each member, by its key.
#}
{% macro with_lost_rows(present, key, members) -%}
    {%- set types = _types_of_columns() -%}
    {%- set known = _columns_of_last_run() -%}
    select
        {%- for column in types %}
        {{ present }}.{{ column }},
        {%- else %}
        {{ present }}.*,
        {%- endfor %}
        {{ cast_to('null', 'timestamptz') }} as deleted_at
    from {{ present }}
    {%- for id, name in members.items() if types %}
    union all
    select
        {%- for column, type in types.items() %}
        {{ cast_to(id, type) if column == key else _value_of_member(type, name) }} as {{ column }},
        {%- endfor %}
        {{ cast_to('null', 'timestamptz') }} as deleted_at
    {%- endfor %}
    {%- if 'deleted_at' in known %}
    union all
    select
        {%- for column, type in types.items() %}
        {{ cast_to('known.' ~ column, type) if column in known else _value_of_member(type, 'unknown') }} as {{ column }},
        {%- endfor %}
        coalesce(known.deleted_at, {{ _run_time() }}) as deleted_at
    from {{ this }} as known
    left join {{ present }} on known.{{ key }} = {{ present }}.{{ key }}
    where
        {{ present }}.{{ key }} is null
        and known.{{ key }} not in ({{ members | join(', ') }})
    {%- endif %}
{%- endmacro %}


{# The types of the model's columns but `deleted_at`, by its contract; none while dbt parses. #}
{% macro _types_of_columns() %}
    {% set types = {} %}
    {% for name, column in model.get('columns', {}).items() if name != 'deleted_at' %}
        {% do types.update({name: column['data_type']}) %}
    {% endfor %}
    {{ return(types) }}
{% endmacro %}


{# The columns of the table as the last run left it; none before the first. #}
{% macro _columns_of_last_run() %}
    {% set relation = load_cached_relation(this) if execute and this else none %}
    {{ return(adapter.get_columns_in_relation(relation) | map(attribute='name') | list if relation else []) }}
{% endmacro %}


{% macro _value_of_member(type, name) -%}
    {{ "'" ~ name ~ "'" if type == 'text' else cast_to('null', type) }}
{%- endmacro %}


{% macro _run_time() -%}
    {% set instant = run_setting('run_time', 'RUN_TIME', parsed_as='1970-01-01', default='1970-01-01') %}
    {{ cast_to("'" ~ instant ~ "'", 'timestamptz') }}
{%- endmacro %}
