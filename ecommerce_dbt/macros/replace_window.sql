{#
    Models built by day: each run replaces the days of its window, all of them, in one transaction. Rows that are no
    longer there vanish; days outside the window are not touched; --full-refresh does not drop history.
#}
{% macro by_day(column, cluster_by) -%}
    {%- set bigquery = target.type == 'bigquery' -%}
    {{ config(
        materialized='incremental',
        incremental_strategy='insert_overwrite' if bigquery else 'replace_window',
        partition_by={'field': column, 'data_type': 'date', 'granularity': 'day'} if bigquery else none,
        cluster_by=cluster_by if bigquery else none,
        on_schema_change='append_new_columns',
        full_refresh=false,
        tags=['daily'],
        meta={'partition_column': column}
    ) }}
{%- endmacro %}


{% macro partition_window() %}
    {{ return('happened' if config.get('meta')['partition_column'] == 'created_date' else 'written') }}
{% endmacro %}


{# DuckDB: the materialization runs this between its BEGIN and COMMIT. #}
{% macro get_incremental_replace_window_sql(arguments) %}
    {%- set columns = arguments['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    {%- set column = config.get('meta')['partition_column'] %}
    delete from {{ arguments['target_relation'] }}
    where {{ _between_days(column, window_bounds(partition_window())) }};

    insert into {{ arguments['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arguments['temp_relation'] }}
{% endmacro %}


{#
    BigQuery: dbt's own static insert_overwrite, with the days of the window. dbt takes the list from the model's config,
    which is fixed when the project is parsed; the window is known only when it runs.
#}
{% macro bq_insert_overwrite_sql(
    tmp_relation, target_relation, sql, unique_key, partition_by, partitions, dest_columns, tmp_relation_exists,
    copy_partitions
) %}
    {%- set first, end = window_bounds(partition_window()) -%}
    {%- set days = [] -%}
    {%- for offset in range((end - first).days) -%}
        {%- do days.append("date '" ~ (first + modules.datetime.timedelta(days=offset)) ~ "'") -%}
    {%- endfor -%}
    {{ bq_static_insert_overwrite_sql(
        tmp_relation, target_relation, sql, partition_by, days, dest_columns, tmp_relation_exists, copy_partitions
    ) }}
{% endmacro %}
