{# The columns together are unique, and none is null except those named as nullable. #}
{% test primary_key(model, columns, nullable=[]) %}
    select {{ columns | join(', ') }}
    from {{ model }}
    group by {{ columns | join(', ') }}
    having
        count(*) > 1
{%- for column in columns if column not in nullable %}
        or {{ column }} is null
        {%- endfor %}
{% endtest %}
