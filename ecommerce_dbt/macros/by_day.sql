{#
    Models by business day: each run replaces its days, all of them, in one transaction. Rows that are no longer in the
    source vanish; other days are not touched.
#}
{% macro by_day(cluster_by) -%}
    {{ config(
        materialized='incremental',
        on_schema_change='append_new_columns',
        tags=['daily'],
        meta={'partition_column': 'business_date'},
        **adapter.dispatch('by_day_config')(cluster_by)
    ) }}
{%- endmacro %}


{#
    Overrides dbt's: a table is replaced as a whole only by `ecommerce-pipeline rebuild`, whose days are all days of
    staging. With --full-refresh, dbt would leave the run's days alone.
#}
{% macro should_full_refresh() %}
    {{ return(env_var('REBUILD', 'False') == 'True') }}
{% endmacro %}


{#
    The strategy `replace_days`, for adapters that have none of their own that replaces days; dbt finds it by this name.
    The materialization runs it between its BEGIN and COMMIT.
#}
{% macro get_incremental_replace_days_sql(arguments) %}
    {%- set columns = arguments['dest_columns'] | map(attribute='quoted') | join(', ') %}
    delete from {{ arguments['target_relation'] }}
    where {{ in_days() }};

    insert into {{ arguments['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arguments['temp_relation'] }}
{% endmacro %}
