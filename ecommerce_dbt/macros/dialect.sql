{#
    What warehouses spell differently and dbt has no macro for; each macro that dispatches is in every file of
    macros/warehouses.
#}

{# The day of an instant in the shop's time zone, the setting TIME_ZONE, whatever the session's is. #}
{% macro business_day(column) -%}
    {{ adapter.dispatch('day_in_zone')(column, run_setting('time_zone', 'TIME_ZONE', parsed_as='UTC', default='UTC')) }}
{%- endmacro %}


{# Integer division of wide numbers, rounded towards zero. #}
{% macro integer_divide(dividend, divisor) -%}
    {{ adapter.dispatch('integer_divide')(dividend, divisor) }}
{%- endmacro %}


{# A whole number as a type of 38 digits. #}
{% macro wide(number) -%}
    {{ adapter.dispatch('wide')(number) }}
{%- endmacro %}


{# A decimal number, which some warehouses take for a float. #}
{% macro exactly(number) -%}
    {{ adapter.dispatch('exactly')(number) }}
{%- endmacro %}


{# Rows `date_day`, one per day of [first, end). #}
{% macro calendar_days(first, end) -%}
    {{ adapter.dispatch('calendar_days')(first, end) }}
{%- endmacro %}


{# Monday is 1, Sunday is 7. #}
{% macro iso_day_of_week(date_column) -%}
    {{ adapter.dispatch('iso_day_of_week')(date_column) }}
{%- endmacro %}


{% macro iso_week(date_column) -%}
    {{ adapter.dispatch('iso_week')(date_column) }}
{%- endmacro %}


{# The days, weeks or months from one date to another; dbt's macro returns a number of any type. #}
{% macro units_between(first_date, second_date, unit) -%}
    {{ cast_to(datediff(first_date, second_date, unit), 'integer') }}
{%- endmacro %}
