{#
    The types of columns (`data_type`) and of casts: key, which is integer or text by the setting KEY_TYPE, integer, text,
    boolean, date, timestamptz, decimal(p,s), and decimals with a name: money (in the currency of an order),
    reporting_money (in the reporting currency), exchange_rate, and quantity. They are those of the table contract; a file of
    macros/warehouses has a warehouse's names.
#}

{# The warehouse's name of a type, as columns are declared. #}
{% macro column_type(type) -%}
    {%- set name, parenthesis, digits = named_decimals().get(type, type).partition('(') -%}
    {%- set names = adapter.dispatch('type_names')() -%}
    {%- set known = names.get(key_type() if name == 'key' else name) -%}
    {%- if not known -%}
        {{ exceptions.raise_compiler_error(
            "unknown type '" ~ type ~ "': use one of " ~ (named_decimals() | join(', ')) ~ ", key, "
            ~ (names | join(', ')) ~ " (macros/types.sql)"
        ) }}
    {%- endif -%}
    {{ known ~ parenthesis ~ digits }}
{%- endmacro %}


{# The type of the shop's keys. #}
{% macro key_type() -%}
    {{ return(run_setting('key_type', 'KEY_TYPE', parsed_as='integer', default='integer')) }}
{%- endmacro %}


{% macro cast_to(expression, type) -%}
    cast({{ expression }} as {{ adapter.dispatch('cast_type')(type) }})
{%- endmacro %}


{% macro default__cast_type(type) -%}
    {{ column_type(type) }}
{%- endmacro %}


{# A model's columns with the warehouse's types, for the two macros of dbt below, which enforce contracts. #}
{% macro warehouse_columns(columns) %}
    {% set typed, known = {}, {} %}
    {% for name, column in columns.items() %}
        {% set type = column['data_type'] %}
        {% if type not in known %}
            {% do known.update({type: column_type(type)}) %}
        {% endif %}
        {% do typed.update({name: dict(column, data_type=known[type])}) %}
    {% endfor %}
    {{ return(typed) }}
{% endmacro %}


{# Overrides dbt's: compares the columns of a model's query with its contract. #}
{% macro get_empty_schema_sql(columns) %}
    {{ return(adapter.dispatch('get_empty_schema_sql', 'dbt')(warehouse_columns(columns))) }}
{% endmacro %}


{# Overrides dbt's: declares the columns of a table with a contract. #}
{% macro table_columns_and_constraints() %}
    {%- set columns = adapter.render_raw_columns_constraints(raw_columns=warehouse_columns(model['columns'])) -%}
    {%- set constraints = adapter.render_raw_model_constraints(raw_constraints=model['constraints']) -%}
    (
        {{ (columns + constraints) | join(',\n        ') }}
    )
{% endmacro %}
