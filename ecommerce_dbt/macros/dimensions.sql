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
    {%- set types = _types_of_columns(without=['deleted_at']) -%}
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


{#
    The versions of a dimension's rows that have been seen: those of the shop now, and those of the table as the last run left
    it. A version is a key and `valid_from`, the row's `updated_at`; of one that has changed without it, the values of now count.

    Args:
        present: A CTE with the model's columns, all but `valid_to` and `is_earliest`.
        key: The dimension's key.
#}
{% macro with_versions_seen(present, key) -%}
    {%- set types = _types_of_columns(without=['valid_to', 'is_earliest']) -%}
    {%- set known = _columns_of_last_run() -%}
    {%- set versions = 'partition by ' ~ key ~ ' order by valid_from' -%}
    select
        *,
        lead(valid_from) over ({{ versions }}) as valid_to,
        row_number() over ({{ versions }}) = 1 as is_earliest
    from (
        select
            {%- for column in types %}
            {{ column }}{{ ',' if not loop.last }}
            {%- else %}
            *
            {%- endfor %}
        from {{ present }}
        {%- if known %}
        union all
        select
            {%- for column, type in types.items() %}
            {{ cast_to('known.' ~ column, type) if column in known else _value_of_member(type, 'unknown') }} as {{ column }}
            {{- ',' if not loop.last }}
            {%- endfor %}
        from {{ this }} as known
        left join {{ present }}
            on
                known.{{ key }} = {{ present }}.{{ key }}
                and known.valid_from = {{ present }}.valid_from
        where {{ present }}.{{ key }} is null
        {%- endif %}
    ) as versions_seen
{%- endmacro %}


{#
    The join that finds the version of a time; the earliest one, where none is old enough. Only comparisons of the two sides:
    for an `or` in a left join, DuckDB compares every row with every version.
#}
{% macro join_version(history, versions, key, row_key, time) -%}
    left join {{ ref(history) }} as {{ versions }}
        on
            {{ row_key }} = {{ versions }}.{{ key }}
            and {{ time }} >= case
                when {{ versions }}.is_earliest then {{ cast_to("'0001-01-01 00:00:00+00'", 'timestamptz') }}
                else {{ versions }}.valid_from
            end
            and {{ time }} < coalesce({{ versions }}.valid_to, {{ cast_to("'9999-12-31 00:00:00+00'", 'timestamptz') }})
{%- endmacro %}


{# The types of the model's columns, by its contract; none while dbt parses. #}
{% macro _types_of_columns(without) %}
    {% set types = {} %}
    {% for name, column in model.get('columns', {}).items() if name not in without %}
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
