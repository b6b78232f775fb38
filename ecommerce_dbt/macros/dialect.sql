{# What DuckDB and BigQuery say differently, and dbt has no macro for. #}

{# The UTC day of a TIMESTAMPTZ (DuckDB) or TIMESTAMP (BigQuery), whatever the session's time zone. #}
{% macro utc_date(column) -%}
    {{ adapter.dispatch('utc_date')(column) }}
{%- endmacro %}

{% macro duckdb__utc_date(column) -%}
    cast({{ column }} at time zone 'UTC' as date)
{%- endmacro %}

{% macro bigquery__utc_date(column) -%}
    date({{ column }})
{%- endmacro %}


{# The first instant of a UTC day. #}
{% macro utc_midnight(day) -%}
    {{ adapter.dispatch('utc_midnight')(day) }}
{%- endmacro %}

{% macro duckdb__utc_midnight(day) -%}
    timestamptz '{{ day }} 00:00:00+00'
{%- endmacro %}

{% macro bigquery__utc_midnight(day) -%}
    timestamp '{{ day }} 00:00:00+00'
{%- endmacro %}


{# Money and other exact decimals. BigQuery's NUMERIC has 29 digits before the point and 9 after it. #}
{% macro decimal_type(precision=14, scale=2) -%}
    {{ adapter.dispatch('decimal_type')(precision, scale) }}
{%- endmacro %}

{% macro duckdb__decimal_type(precision, scale) -%}
    decimal({{ precision }}, {{ scale }})
{%- endmacro %}

{% macro bigquery__decimal_type(precision, scale) -%}
    numeric
{%- endmacro %}


{# Whole-number division, rounded towards zero. #}
{% macro integer_divide(dividend, divisor) -%}
    {{ adapter.dispatch('integer_divide')(dividend, divisor) }}
{%- endmacro %}

{% macro duckdb__integer_divide(dividend, divisor) -%}
    (({{ dividend }}) // ({{ divisor }}))
{%- endmacro %}

{% macro bigquery__integer_divide(dividend, divisor) -%}
    div({{ dividend }}, {{ divisor }})
{%- endmacro %}


{# Rows `date_day`, one a day, from the first up to, without, the second. #}
{% macro calendar_days(first, end) -%}
    {{ adapter.dispatch('calendar_days')(first, end) }}
{%- endmacro %}

{% macro duckdb__calendar_days(first, end) -%}
    select cast(generated.day as date) as date_day
    from range(date '{{ first }}', date '{{ end }}', interval 1 day) as generated (day)
{%- endmacro %}

{% macro bigquery__calendar_days(first, end) -%}
    select date_day
    from unnest(generate_date_array(date '{{ first }}', date_sub(date '{{ end }}', interval 1 day))) as date_day
{%- endmacro %}


{# Monday is 1, Sunday is 7. #}
{% macro iso_day_of_week(date_column) -%}
    {{ adapter.dispatch('iso_day_of_week')(date_column) }}
{%- endmacro %}

{% macro duckdb__iso_day_of_week(date_column) -%}
    extract(isodow from {{ date_column }})
{%- endmacro %}

{% macro bigquery__iso_day_of_week(date_column) -%}
    (mod(extract(dayofweek from {{ date_column }}) + 5, 7) + 1)
{%- endmacro %}


{% macro iso_week(date_column) -%}
    {{ adapter.dispatch('iso_week')(date_column) }}
{%- endmacro %}

{% macro duckdb__iso_week(date_column) -%}
    extract(week from {{ date_column }})
{%- endmacro %}

{% macro bigquery__iso_week(date_column) -%}
    extract(isoweek from {{ date_column }})
{%- endmacro %}
