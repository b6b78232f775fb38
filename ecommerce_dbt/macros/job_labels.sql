{#
    What a query is run for, as its comment and, in BigQuery, as the labels of its job: asset, days and run, like the load
    jobs of staging. Of a data test the asset is the test; between models there is none.
#}
{% macro job_labels(node) -%}
    {%- set layer = node.config.schema ~ '/' if node.resource_type == 'model' else '' -%}
    {{ return(tojson({
        'asset': layer ~ node.name if node else 'dbt',
        'partition': _days_of_run(),
        'run_id': env_var('RUN_ID', 'none'),
    })) }}
{%- endmacro %}


{% macro _days_of_run() %}
    {% set end = env_var('WINDOW_END', '') %}
    {% if not end %}
        {{ return('all') }}
    {% endif %}
    {% set last = modules.datetime.date.fromisoformat(end) - modules.datetime.timedelta(days=1) %}
    {{ return(env_var('WINDOW_START') ~ '_' ~ last) }}
{% endmacro %}
