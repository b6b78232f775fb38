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
