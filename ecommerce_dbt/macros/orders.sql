{# The store of a sale: none outside the stores, the unknown member for a sale in one that is not named. #}
{% macro store_of_sale(channel, store) -%}
    case when {{ channel }} = 'store' then coalesce({{ store }}, {{ unknown() }}) else {{ store }} end
{%- endmacro %}


{#
    Who bought: a customer, or a guest by the pseudonym of the e-mail address; null is nobody, of whom nothing else is known.
#}
{% macro person_key(customer, guest_key='null') -%}
    case
        when {{ customer }} is not null then 'customer:' || {{ cast_to(customer, 'text') }}
        {%- if guests_by_email() and guest_key != 'null' %}
        when {{ guest_key }} is not null then 'guest:' || {{ guest_key }}
        {%- endif %}
    end
{%- endmacro %}


{#
    The orders that some rows name by a column, each once, whatever their day. One that was moved to another day is on both
    until the old one runs again: its newest version is right.
#}
{% macro orders_named(column, rows) -%}
    select *
    from (
        select
            *,
            row_number() over (partition by transaction_id order by updated_at desc, business_date desc) as version_number
        from {{ ref('fact_order') }}
        where {{ column }} in (select {{ rows }}.{{ column }} from {{ rows }})
    ) as versions
    where version_number = 1
{%- endmacro %}


{# The first order of each person of some orders, which may be of a day before all loaded ones. #}
{% macro first_purchases(orders) -%}
    select
        person_key,
        business_date,
        channel
    from (
        select
            *,
            row_number() over (partition by person_key order by created_at, business_date, channel) as order_number
        from (
            select
                person_key,
                business_date,
                channel,
                created_at
            from {{ orders }}
            union all
            select
                known.person_key,
                {{ business_day('known.first_order_at') }} as business_date,
                {{ group_of('channel', 'known.channel') }} as channel,
                known.first_order_at as created_at
            from {{ source('staging', 'first_orders') }} as known
            {{ join_words('channel', 'known.channel') }}
        ) as candidates
    ) as numbered
    where order_number = 1
{%- endmacro %}


{#
    The visits that some rows name, each once, whatever their day. One that was moved to another day is on both until the old
    one runs again.
#}
{% macro visits_named(rows) -%}
    select
        session_id,
        device,
        traffic_source,
        coalesce(campaign, 'none') as campaign
    from (
        select
            *,
            row_number() over (partition by session_id order by business_date desc) as version_number
        from {{ ref('dim_session') }}
        where session_id in (select {{ rows }}.session_id from {{ rows }})
    ) as versions
    where version_number = 1
{%- endmacro %}


{# When what a row says was known: a row that is written late, or that changes, is known from then on. #}
{% macro known_at(created_at, updated_at) -%}
    greatest({{ created_at }}, coalesce({{ updated_at }}, {{ created_at }}))
{%- endmacro %}
