{#
    What a query is run for, as its comment and as the labels of its job in BigQuery: asset, days and run, as the load jobs of
    staging have them. Of a data test the asset is the test; between models there is none.
#}
{% macro job_labels(node) -%}
    {%- if target.type == 'bigquery' -%}
        {%- set layer = node.config.schema ~ '/' if node.resource_type == 'model' else '' -%}
        {{ return(tojson({
            'asset': layer ~ node.name if node else 'dbt',
            'partition': _days_of_run(),
            'run_id': env_var('RUN_ID', 'none'),
        })) }}
    {%- endif -%}
{%- endmacro %}


{% macro _days_of_run() %}
    {% set end = env_var('WINDOW_END', '') %}
    {% if not end %}
        {{ return('all') }}
    {% endif %}
    {% set last = modules.datetime.date.fromisoformat(end) - modules.datetime.timedelta(days=1) %}
    {{ return(env_var('WINDOW_START') ~ '_' ~ last) }}
{% endmacro %}
