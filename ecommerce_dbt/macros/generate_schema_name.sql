{#
    A schema per layer (`core`, `datamart`), named like the profile's own, which is that of `core`: `core` in a DuckDB file of
    ours, `ecommerce_core` in BigQuery, where other teams have datasets too.
#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ target.schema.removesuffix('core') ~ (custom_schema_name or 'core') }}
{%- endmacro %}
