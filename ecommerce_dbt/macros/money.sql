{# Sums of amounts and of units, and amounts in the reporting currency. macros/allocation.sql shares them among lines. #}

{# The sum of amounts in one currency. #}
{% macro total_amount(amount) -%}
    {{ cast_to('sum(' ~ amount ~ ')', 'money') }}
{%- endmacro %}


{# The sum, in the reporting currency, of amounts of rows with an `exchange_rate`; products are not rounded to cents. #}
{% macro total_reported(amount, exchange_rate='exchange_rate') -%}
    {{ total_of_reported('(' ~ amount ~ ') * ' ~ exchange_rate) }}
{%- endmacro %}


{# The sum of amounts that are in the reporting currency already. #}
{% macro total_of_reported(amount) -%}
    {{ cast_to('sum(' ~ amount ~ ')', 'reporting_money') }}
{%- endmacro %}


{# The currency of an amount: in some shops the code is in small letters, in others there is none. #}
{% macro currency_of(column) -%}
    coalesce(nullif(upper(trim({{ column }})), ''), '{{ reporting_currency() }}')
{%- endmacro %}


{# The rate to the reporting currency, from the join below. #}
{% macro rate_of(currency, rate='rates.rate') -%}
    case when {{ currency }} = '{{ reporting_currency() }}' then {{ cast_to('1', 'exchange_rate') }} else {{ rate }} end
{%- endmacro %}


{% macro join_rates(currency, day) -%}
    left join {{ ref('dim_exchange_rate') }} as rates
        on
            {{ currency }} = rates.currency
            and {{ day }} >= rates.valid_from
            and {{ day }} < rates.valid_to
{%- endmacro %}


{#
    A fee in whole ten-thousandths, rounded half up to whole steps.

    Args:
        amount_by_percent: An amount times the per cent of the fee, or a sum of such.
        step: The ten-thousandths of the minor unit.
#}
{% macro rounded_fee(amount_by_percent, step) -%}
    {{ step }} * {{ integer_divide(
        wide('(' ~ amount_by_percent ~ ') * 1000000') ~ ' + 5000 * ' ~ step,
        wide('10000') ~ ' * ' ~ step
    ) }}
{%- endmacro %}


{#
    Whether a difference is more than a shop's own rounding: a minor unit for each line, which is a cent or, where amounts
    are whole, as in currencies without cents, one.
#}
{% macro beyond_rounding(difference, amounts, lines) -%}
    {% set whole = [] %}
    {% for amount in amounts %}
        {% do whole.append(amount ~ ' = round(' ~ amount ~ ')') %}
    {% endfor %}
    {{ return(
        '(' ~ difference ~ ' > ' ~ lines ~ ' * ' ~ exactly('0.01')
        ~ ' and not (' ~ whole | join(' and ') ~ ' and ' ~ difference ~ ' <= ' ~ lines ~ '))'
    ) }}
{%- endmacro %}


{#
    Whether two sums in the reporting currency are not the same. Products of amounts and rates with more than nine digits after
    the point are rounded to nine, of orders and of lines apart.
#}
{% macro sums_differ(sum, other) -%}
    abs({{ sum }} - {{ other }}) > {{ exactly('0.004') }}
{%- endmacro %}


{% macro total_quantity(quantity) -%}
    {{ cast_to('sum(' ~ quantity ~ ')', 'quantity') }}
{%- endmacro %}


{# A quantity of so many thousandths. #}
{% macro thousandths_of(number) -%}
    {{ cast_to(cast_to(number, 'decimal(18,0)') ~ ' * ' ~ exactly('0.001'), 'quantity') }}
{%- endmacro %}


{# DuckDB sums integers into 128 bits; columns have 64. #}
{% macro total_count(number) -%}
    {{ cast_to('sum(' ~ number ~ ')', 'integer') }}
{%- endmacro %}
