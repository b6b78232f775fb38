{# Everything that is particular to BigQuery. #}

{# The types of macros/types.sql, as BigQuery names them. #}
{% macro bigquery__type_names() %}
    {{ return({
        'integer': 'int64',
        'text': 'string',
        'boolean': 'bool',
        'date': 'date',
        'timestamptz': 'timestamp',
        'decimal': 'numeric',
    }) }}
{% endmacro %}


{# Only columns and variables have types with parameters; NUMERIC has 29 digits before the point and 9 after it. #}
{% macro bigquery__cast_type(type) -%}
    {{ column_type(type).partition('(')[0] }}
{%- endmacro %}


{% macro bigquery__day_in_zone(column, zone) -%}
    date({{ column }}, '{{ zone }}')
{%- endmacro %}


{# `trunc` changes nothing in BigQuery; in its emulator, `div` of decimals has a rest. #}
{% macro bigquery__integer_divide(dividend, divisor) -%}
    trunc(div(({{ dividend }}), ({{ divisor }})))
{%- endmacro %}


{% macro bigquery__wide(number) -%}
    cast({{ number }} as bignumeric)
{%- endmacro %}


{% macro bigquery__exactly(number) -%}
    bignumeric '{{ number }}'
{%- endmacro %}


{% macro bigquery__calendar_days(first, end) -%}
    select date_day
    from unnest(generate_date_array(date '{{ first }}', date_sub(date '{{ end }}', interval 1 day))) as date_day
{%- endmacro %}


{% macro bigquery__iso_day_of_week(date_column) -%}
    (mod(extract(dayofweek from {{ date_column }}) + 5, 7) + 1)
{%- endmacro %}


{% macro bigquery__iso_week(date_column) -%}
    extract(isoweek from {{ date_column }})
{%- endmacro %}


{% macro bigquery__by_day_config(cluster_by) %}
    {{ return({
        'incremental_strategy': 'insert_overwrite',
        'partition_by': {'field': 'business_date', 'data_type': 'date', 'granularity': 'day'},
        'cluster_by': cluster_by,
    }) }}
{% endmacro %}


{#
    dbt's own static insert_overwrite, with the run's days. dbt takes the list from the model's config, which is fixed
    when the project is parsed; the days are known only when it runs.
#}
{% macro bq_insert_overwrite_sql(
    tmp_relation, target_relation, sql, unique_key, partition_by, partitions, dest_columns, tmp_relation_exists,
    copy_partitions
) %}
    {{ bq_static_insert_overwrite_sql(
        tmp_relation, target_relation, sql, partition_by, day_literals(), dest_columns, tmp_relation_exists, copy_partitions
    ) }}
{% endmacro %}


{#
    Override dbt's: a seed is replaced by one statement, so that readers always find it. dbt drops the table and loads a file
    into a new one.
#}
{% macro bigquery__create_csv_table(model, agate_table) %}
    {# dbt loads no rows where there are none, but the table must be there. #}
    {{ return('' if agate_table.rows | length else bigquery__load_csv_rows(model, agate_table)) }}
{% endmacro %}


{% macro bigquery__reset_csv_table(model, full_refresh, old_relation, agate_table) %}
    {{ return(bigquery__create_csv_table(model, agate_table)) }}
{% endmacro %}


{% macro bigquery__load_csv_rows(model, agate_table) %}
    {%- set types = [] -%}
    {%- for name in agate_table.column_names -%}
        {%- do types.append(name ~ ' ' ~ column_type(model['columns'][name]['data_type'])) -%}
    {%- endfor -%}
    {%- set rows = [] -%}
    {%- for row in agate_table.rows -%}
        {%- set values = [] -%}
        {%- for value in row -%}
            {%- set type = types[loop.index0].rpartition(' ')[2] -%}
            {%- set text = "'" ~ escape_single_quotes(value | string) ~ "'" -%}
            {%- do values.append({'string': text, 'date': 'date ' ~ text}.get(type, value)) -%}
        {%- endfor -%}
        {%- do rows.append('(' ~ values | join(', ') ~ ')') -%}
    {%- endfor -%}
    {% call statement() %}
        create or replace table {{ this.render() }} {{ bigquery_table_options(config, model, temporary=False) }} as
        select * from unnest(array<struct<{{ types | join(', ') }}>>[
            {{ rows | join(',\n            ') }}
        ])
    {% endcall %}
    {{ return('') }}
{% endmacro %}


{#
    Override dbt-bigquery's, which runs after a model is built: columns with personal values get the policy tag. Models
    have no other documentation in BigQuery.
#}
{% macro bigquery__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- set tag = env_var('BIGQUERY_POLICY_TAG', '0') -%}
    {%- set tagged = {} -%}
    {%- for name, column in model.columns.items() if 'personal' in column.meta and '/' in tag -%}
        {%- do tagged.update({name: {'description': column.description, 'policy_tags': [tag]}}) -%}
    {%- endfor -%}
    {%- do adapter.update_columns(relation, tagged) -%}
{%- endmacro %}
