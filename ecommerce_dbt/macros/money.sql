{# Exact arithmetic in cents: warehouses round and divide decimals differently. #}

{% macro cents(amount) -%}
    {{ cast_to(amount ~ ' * 100', 'integer') }}
{%- endmacro %}


{% macro amount_of_cents(cents) -%}
    {{ cast_to(cast_to(cents, 'decimal(18,2)') ~ ' / 100', 'money') }}
{%- endmacro %}


{% macro total_amount(amount) -%}
    {{ cast_to('sum(' ~ amount ~ ')', 'money') }}
{%- endmacro %}


{#
    A line's share of an amount of its order: the share of all lines up to this one, less that of the lines before it. So
    the shares add up to the amount to the cent, however they are rounded. Products of cents fit into 64 bits for orders
    up to 30 million.
#}
{% macro share_of_line(order_cents) -%}
    {{ integer_divide(order_cents ~ ' * weight_through_line', 'weight_of_order') }}
        - {{ integer_divide(order_cents ~ ' * (weight_through_line - weight)', 'weight_of_order') }}
{%- endmacro %}


{% macro total_quantity(quantity) -%}
    {{ cast_to('sum(' ~ quantity ~ ')', 'quantity') }}
{%- endmacro %}


{# DuckDB sums integers into 128 bits; columns have 64. #}
{% macro total_count(number) -%}
    {{ cast_to('sum(' ~ number ~ ')', 'integer') }}
{%- endmacro %}
