{#
    The layer's own name (`core`, `datamart`) in a file of our own; in BigQuery, where other teams have datasets too, with
    BIGQUERY_DATASET before it: `ecommerce_core`.
#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set layer = custom_schema_name or 'core' -%}
    {{ layer if target.type == 'duckdb' else env_var('BIGQUERY_DATASET', 'ecommerce') ~ '_' ~ layer }}
{%- endmacro %}
