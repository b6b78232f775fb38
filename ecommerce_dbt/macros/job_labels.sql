{#
    What a query is run for, as its comment and, in BigQuery, as the labels of its job: asset, first and last day, and run, like the load
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
    {% set days = modules.re.findall('[0-9-]{10}', env_var('DAYS', '')) %}
    {{ return(days[0] ~ '_' ~ days[-1] if days else 'all') }}
{% endmacro %}
