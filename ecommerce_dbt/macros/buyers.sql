{#
    Orders sold, with `buyer`: new if it is the first order of a person, returning if there was one before it, on any day, and
    guest if nobody is known, of whom it is not known what was bought before.
#}
{% macro sold_orders_by_buyer() -%}
    select
        orders.*,
        case
            when orders.person_key is null then 'guest'
            when
                orders.order_number = 1
                and orders.created_at <= coalesce(firsts.first_order_at, orders.created_at) then 'new'
            else 'returning'
        end as buyer
    from (
        select
            *,
            row_number() over (partition by person_key order by created_at, transaction_id) as order_number
        from {{ ref('fact_order') }}
        where is_sold
    ) as orders
    left join {{ source('staging', 'first_orders') }} as firsts on orders.person_key = firsts.person_key
{%- endmacro %}
