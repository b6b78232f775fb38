{# Everything that is particular to BigQuery. #}

{# The types of macros/types.sql, as BigQuery names them. #}
{% macro bigquery__type_names() %}
    {{ return({
        'integer': 'int64',
        'text': 'string',
        'boolean': 'bool',
        'date': 'date',
        'timestamptz': 'timestamp',
        'decimal': 'numeric',
    }) }}
{% endmacro %}


{# Only columns and variables have types with parameters; NUMERIC has 29 digits before the point and 9 after it. #}
{% macro bigquery__cast_type(type) -%}
    {{ column_type(type).partition('(')[0] }}
{%- endmacro %}


{% macro bigquery__day_in_zone(column, zone) -%}
    date({{ column }}, '{{ zone }}')
{%- endmacro %}


{% macro bigquery__integer_divide(dividend, divisor) -%}
    div(({{ dividend }}), ({{ divisor }}))
{%- endmacro %}


{% macro bigquery__wide(number) -%}
    cast({{ number }} as bignumeric)
{%- endmacro %}


{% macro bigquery__calendar_days(first, end) -%}
    select date_day
    from unnest(generate_date_array(date '{{ first }}', date_sub(date '{{ end }}', interval 1 day))) as date_day
{%- endmacro %}


{% macro bigquery__iso_day_of_week(date_column) -%}
    (mod(extract(dayofweek from {{ date_column }}) + 5, 7) + 1)
{%- endmacro %}


{% macro bigquery__iso_week(date_column) -%}
    extract(isoweek from {{ date_column }})
{%- endmacro %}


{% macro bigquery__by_day_config(cluster_by) %}
    {{ return({
        'incremental_strategy': 'insert_overwrite',
        'partition_by': {'field': 'business_date', 'data_type': 'date', 'granularity': 'day'},
        'cluster_by': cluster_by,
    }) }}
{% endmacro %}


{#
    dbt's own static insert_overwrite, with the run's days. dbt takes the list from the model's config, which is fixed
    when the project is parsed; the days are known only when it runs.
#}
{% macro bq_insert_overwrite_sql(
    tmp_relation, target_relation, sql, unique_key, partition_by, partitions, dest_columns, tmp_relation_exists,
    copy_partitions
) %}
    {{ bq_static_insert_overwrite_sql(
        tmp_relation, target_relation, sql, partition_by, day_literals(), dest_columns, tmp_relation_exists, copy_partitions
    ) }}
{% endmacro %}
