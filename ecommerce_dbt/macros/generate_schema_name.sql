{# The schema's exact name, without the target's before it: `core`, `datamart`. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
