{#
    Models built by day: each run replaces the days of its window, all of them, in one transaction. Rows that are no
    longer in the source vanish; days outside the window are not touched.
#}
{% macro by_day(column, cluster_by) -%}
    {{ config(
        materialized='incremental',
        on_schema_change='append_new_columns',
        tags=['daily'],
        meta={'partition_column': column},
        **adapter.dispatch('by_day_config')(column, cluster_by)
    ) }}
{%- endmacro %}


{#
    Overrides dbt's: a table is replaced as a whole only by `ecommerce-pipeline rebuild`, whose window has all days of
    staging. With --full-refresh, dbt would leave the days of the window alone.
#}
{% macro should_full_refresh() %}
    {{ return(env_var('REBUILD', 'False') == 'True') }}
{% endmacro %}


{# The name of the model's window: see macros/window.sql. #}
{% macro partition_window() %}
    {{ return('happened' if config.get('meta')['partition_column'] == 'created_date' else 'written') }}
{% endmacro %}

{#
    The strategy `replace_window`, for adapters that have none of their own that replaces days; dbt finds it by this name.
    The materialization runs it between its BEGIN and COMMIT.
#}
{% macro get_incremental_replace_window_sql(arguments) %}
    {%- set columns = arguments['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    {%- set column = config.get('meta')['partition_column'] %}
    delete from {{ arguments['target_relation'] }}
    where {{ between_days(column, window_bounds(partition_window())) }};

    insert into {{ arguments['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arguments['temp_relation'] }}
{% endmacro %}
