{# What a shop sets, beside its time zone (macros/dialect.sql) and its keys' type (macros/types.sql). #}

{# The currency of all amounts in marts, an ISO 4217 code. #}
{% macro reporting_currency() -%}
    {{ return(run_setting('reporting_currency', 'REPORTING_CURRENCY', parsed_as='USD', default='USD')) }}
{%- endmacro %}


{# Whether guests with the same e-mail address are one person. #}
{% macro guests_by_email() -%}
    {{ return(run_setting('guests_by_email', 'GUESTS_BY_EMAIL', parsed_as='true', default='true') | lower == 'true') }}
{%- endmacro %}


{# Whether an order is sold by the shop's word for its state, where it has no payments; otherwise by payments alone. #}
{% macro sold_by_state() -%}
    {{ return(run_setting('sold_by', 'SOLD_BY', parsed_as='payments', default='payments') == 'state') }}
{%- endmacro %}


{# The group of a word of the shop, by the seed shop_words; a word without a group stands for itself. #}
{% macro group_of(words, column) -%}
    coalesce({{ words }}.group_name, {{ column }})
{%- endmacro %}


{# The join that finds a word's group, under the name of its kind. #}
{% macro join_words(kind, column) -%}
    left join (
        select
            lower(trim(word)) as word,
            min(group_name) as group_name
        from {{ ref('shop_words') }}
        where kind = '{{ kind }}'
        group by lower(trim(word))
    ) as {{ kind }} on lower(trim({{ column }})) = {{ kind }}.word
{%- endmacro %}
