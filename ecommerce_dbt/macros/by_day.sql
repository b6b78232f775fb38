{#
    Models built by day: each run replaces the days of its window, all of them, in one transaction. Rows that are no
    longer in the source vanish; days outside the window are not touched; --full-refresh does not drop history.
#}
{% macro by_day(column, cluster_by) -%}
    {{ config(
        materialized='incremental',
        on_schema_change='append_new_columns',
        full_refresh=false,
        tags=['daily'],
        meta={'partition_column': column},
        **adapter.dispatch('by_day_config')(column, cluster_by)
    ) }}
{%- endmacro %}


{# The name of the model's window: see macros/window.sql. #}
{% macro partition_window() %}
    {{ return('happened' if config.get('meta')['partition_column'] == 'created_date' else 'written') }}
{% endmacro %}
