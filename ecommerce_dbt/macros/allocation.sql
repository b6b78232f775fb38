{# Sharing an amount of an order, or of a refund, among lines: exact, in whole minor units of its currency. #}

{# Amounts have four digits after the point: as whole numbers, they are ten-thousandths. #}
{% macro ten_thousandths(amount) -%}
    {{ cast_to(cast_to(amount, 'decimal(38,4)') ~ ' * 10000', 'integer') }}
{%- endmacro %}


{% macro amount_of_ten_thousandths(number) -%}
    {{ cast_to(cast_to(number, 'decimal(18,0)') ~ ' * ' ~ exactly('0.0001'), 'money') }}
{%- endmacro %}


{# The ten-thousandths of a currency's minor unit; one that ISO 4217 has not got has cents. #}
{% macro minor_unit_in_ten_thousandths(minor_unit) -%}
    case coalesce({{ minor_unit }}, 2) when 0 then 10000 when 1 then 1000 when 2 then 100 when 3 then 10 else 1 end
{%- endmacro %}


{#
    What an order has as a whole is shared among its lines by their weight: the share of all lines up to this one, rounded
    half up to whole steps, less that of the lines before it. So the shares add up to the whole, and none is negative. The
    last line takes what is left, should the whole not be in whole steps.

    Args:
        whole: A whole number.
        step: How many of it are the least that a line may have: those of a minor unit.
        The columns weight, weight_through_line and weight_of_order are those of `with_weights`.
#}
{% macro share_of_line(whole, step) -%}
    {{ _share_up_to('weight_through_line', whole, step) }}
        - {{ _share_up_to('weight_through_line - weight', whole, step) }}
{%- endmacro %}


{# Products of two amounts and a step have more than 64 bits. #}
{% macro _share_up_to(weight, whole, step) -%}
    case
        when {{ weight }} = weight_of_order then {{ whole }}
        else {{ step }} * {{ integer_divide(
            '2 * ' ~ wide(whole) ~ ' * (' ~ weight ~ ') + ' ~ wide('weight_of_order') ~ ' * ' ~ step,
            '2 * ' ~ wide('weight_of_order') ~ ' * ' ~ step
        ) }}
    end
{%- endmacro %}


{#
    The rows of lines with their weights.

    Args:
        lines: A CTE of lines with the column `base`, a whole number that is not negative.
        whole: The columns that identify what is shared.
        line: The column that identifies a line.
#}
{% macro with_weights(lines, whole, line='transaction_item_id') -%}
    {%- set order = 'partition by ' ~ whole ~ ' order by line_number, ' ~ line -%}
    select
        *,
        sum(weight) over (partition by {{ whole }}) as weight_of_order,
        sum(weight) over ({{ order }} rows between unbounded preceding and current row) as weight_through_line
    from (
        select
            *,
            -- If all lines are free, they share evenly.
            case when sum(base) over (partition by {{ whole }}) = 0 then 1 else base end as weight
        from {{ lines }}
    ) as weighted
{%- endmacro %}
