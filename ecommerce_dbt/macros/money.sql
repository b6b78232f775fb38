{# Exact arithmetic in whole cents: both warehouses round decimals, and divide them, in ways of their own. #}

{% macro cents(amount) -%}
    cast({{ amount }} * 100 as int64)
{%- endmacro %}


{% macro amount_of_cents(cents) -%}
    cast(cast({{ cents }} as {{ decimal_type(18, 2) }}) / 100 as {{ decimal_type() }})
{%- endmacro %}


{% macro total_amount(amount) -%}
    cast(sum({{ amount }}) as {{ decimal_type() }})
{%- endmacro %}


{#
    A line's share of an amount of its order: the share of all lines through this one, less that of the lines before.
    So the shares add up to the amount to the cent, whatever the rounding. Products of cents stay in 64 bits for
    orders up to 30 million.
#}
{% macro share_of_line(order_cents) -%}
    {{ integer_divide(order_cents ~ ' * weight_through_line', 'weight_of_order') }}
        - {{ integer_divide(order_cents ~ ' * (weight_through_line - weight)', 'weight_of_order') }}
{%- endmacro %}


{# DuckDB sums whole numbers into 128 bits; columns have 64. #}
{% macro total_count(number) -%}
    cast(sum({{ number }}) as int64)
{%- endmacro %}
