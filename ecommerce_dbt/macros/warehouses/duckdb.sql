{# Everything that is particular to DuckDB. #}

{# The types of macros/types.sql, as DuckDB names them. #}
{% macro duckdb__type_names() %}
    {{ return({
        'integer': 'bigint',
        'text': 'varchar',
        'boolean': 'boolean',
        'date': 'date',
        'timestamptz': 'timestamptz',
        'decimal': 'decimal',
    }) }}
{% endmacro %}


{% macro duckdb__day_in_zone(column, zone) -%}
    cast({{ column }} at time zone '{{ zone }}' as date)
{%- endmacro %}


{% macro duckdb__integer_divide(dividend, divisor) -%}
    (({{ dividend }}) // ({{ divisor }}))
{%- endmacro %}


{% macro duckdb__wide(number) -%}
    cast({{ number }} as hugeint)
{%- endmacro %}


{% macro duckdb__exactly(number) -%}
    {{ number }}
{%- endmacro %}


{% macro duckdb__calendar_days(first, end) -%}
    select cast(generated.day as date) as date_day
    from range(date '{{ first }}', date '{{ end }}', interval 1 day) as generated (day)
{%- endmacro %}


{% macro duckdb__iso_day_of_week(date_column) -%}
    extract(isodow from {{ date_column }})
{%- endmacro %}


{% macro duckdb__iso_week(date_column) -%}
    extract(week from {{ date_column }})
{%- endmacro %}


{# The project's own: dbt-duckdb has no strategy that replaces days. #}
{% macro duckdb__by_day_config(cluster_by) %}
    {{ return({'incremental_strategy': 'replace_days'}) }}
{% endmacro %}


{#
    The two materializations override dbt-duckdb's, which ask DuckDB a dozen questions per model: dbt takes longer for a
    question than DuckDB for the answer. Hooks, grants, indexes and comments, which no model has, are left out.

    A table is replaced by one statement. Its query may read the table, so the old one stays until the new one is filled.
#}
{% materialization table, adapter='duckdb' %}
    {%- set target = this.incorporate(type='table') -%}
    {%- set new = make_intermediate_relation(target) -%}
    {%- set old = load_cached_relation(this) or target -%}
    {% call statement('main') %}
        drop table if exists {{ new }};
        {{ create_table_as(False, new, compiled_code) }};
        drop {{ old.type }} if exists {{ old }};
        alter table {{ new }} rename to {{ target.include(database=false, schema=false) }}
    {% endcall %}
    {% do adapter.commit() %}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}


{# The rows of the run's days are replaced straight from the query, which never reads the table itself. #}
{% materialization incremental, adapter='duckdb' %}
    {%- set target = load_cached_relation(this) -%}
    {%- if should_full_refresh() or not target or not target.is_table -%}
        {{ return(materialization_table_duckdb()) }}
    {%- endif -%}
    {%- set columns = get_column_schema_from_query(compiled_code) -%}
    {%- if config.get('contract').enforced -%}
        {%- do check_contract(compiled_code, columns) -%}
    {%- endif -%}
    {%- set known = adapter.get_column_schema_from_query('from ' ~ target) | map(attribute='name') | list -%}
    {%- do alter_relation_add_remove_columns(target, columns | rejectattr('name', 'in', known), none) -%}
    {%- set strategy = adapter.get_incremental_strategy_macro(context, config.get('incremental_strategy')) -%}
    {% call statement('main') %}
        {{ strategy({
            'target_relation': target, 'temp_relation': '(' ~ compiled_code ~ ')', 'dest_columns': columns
        }) }}
    {% endcall %}
    {% do adapter.commit() %}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}


{# Override dbt's: of a query that keeps its contract, DuckDB is asked for the columns once. #}
{% macro duckdb__get_assert_columns_equivalent(sql) %}
    {%- do check_contract(sql, get_column_schema_from_query(sql)) -%}
{% endmacro %}


{# Compare a query's columns with the model's contract; where they seem to differ, dbt compares and reports them. #}
{% macro check_contract(sql, columns) %}
    {%- set found, declared = {}, {} -%}
    {%- for column in columns -%}
        {%- do found.update({column.name: column.dtype | lower | replace('timestamp with time zone', 'timestamptz')}) -%}
    {%- endfor -%}
    {%- for name, column in warehouse_columns(model['columns']).items() -%}
        {%- do declared.update({name: column['data_type']}) -%}
    {%- endfor -%}
    {%- if found != declared -%}
        {%- do assert_columns_equivalent(sql) -%}
    {%- endif -%}
{% endmacro %}
