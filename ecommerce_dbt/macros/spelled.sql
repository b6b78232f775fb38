{# The name of number 1, 2, ..., the same in every locale. #}
{% macro spelled(number, names) -%}
    case {{ number }}
        {%- for name in names %} when {{ loop.index }} then '{{ name }}'{% endfor %} end
{%- endmacro %}
