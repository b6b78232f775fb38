{#
    The rules that rows of an event table must keep, in the order in which they are tried: pairs of a reason and the condition
    that is true of a row with that defect. The only place of the rules: stg_ and quarantine_ models follow.
#}
{% macro quarantine_rules(table) %}
    {% set rules = [
        ('impossible_date', 'created_at > recorded_at'),
        ('too_late', 'recorded_date > ' ~ days_after('created_date', lateness_days())),
    ] %}
    {% if table == 'sessions' %}
        {% do rules.extend([
            ('unknown_channel', "channel not in ('web', 'mobile_app', 'marketplace')"),
            ('bad_funnel', 'least(page_views, product_views, cart_adds, duration_seconds) < 0'
                ~ ' or product_views > page_views or (checkout_started and cart_adds = 0)'),
        ]) %}
    {% elif table == 'transactions' %}
        {% do rules.extend([
            ('unknown_channel', "channel not in ('web', 'mobile_app', 'marketplace', 'store')"),
            ('unknown_customer', not_among('customer_id', ref('stg_customers'))),
            ('unknown_payment_method', not_among('payment_method_id', ref('stg_payment_methods'))),
            ('missing_store', "channel = 'store' and (store_id is null or "
                ~ not_among('store_id', ref('stg_stores')) ~ ')'),
            ('bad_amount', 'least(gross_amount, discount_amount, shipping_amount, total_amount) < 0'
                ~ ' or discount_amount > gross_amount'
                ~ ' or total_amount <> gross_amount - discount_amount + shipping_amount'),
        ]) %}
    {% elif table == 'transaction_items' %}
        {% do rules.extend([
            ('bad_quantity', 'quantity <= 0'),
            ('unknown_product', not_among('product_id', ref('stg_products'))),
            ('bad_amount', 'unit_price < 0 or gross_amount <> quantity * unit_price'),
            ('unknown_transaction', without_order(ref('stg_transactions'))),
        ]) %}
    {% elif table == 'payment_attempts' %}
        {% do rules.extend([
            ('unknown_payment_method', not_among('payment_method_id', ref('stg_payment_methods'))),
            ('unknown_status', "status not in ('approved', 'declined', 'error')"),
            ('bad_amount', 'amount <= 0'),
        ]) %}
    {% elif table == 'refunds' %}
        {% do rules.extend([
            ('unknown_product', not_among('product_id', ref('stg_products'))),
            ('unknown_channel', "channel not in ('web', 'mobile_app', 'marketplace', 'store')"),
            ('bad_amount', 'amount <= 0'),
        ]) %}
    {% elif table == 'reviews' %}
        {% do rules.extend([
            ('unknown_product', not_among('product_id', ref('stg_products'))),
            ('unknown_customer', not_among('customer_id', ref('stg_customers'))),
            ('bad_rating', 'rating not between 1 and 5'),
            ('bad_sentiment', "sentiment <> case when rating <= 2 then 'negative' when rating = 3 then 'neutral'"
                ~ " else 'positive' end"),
        ]) %}
    {% endif %}
    {{ return(rules) }}
{% endmacro %}


{% macro not_among(key, dimension) -%}
    {{ key }} not in (select known.{{ key }} from {{ dimension }} as known)
{%- endmacro %}


{# An order and its lines happen at one instant, but may be written on different days. #}
{% macro without_order(orders) -%}
    not exists (
        select 1
        from {{ orders }} as orders
        where
            orders.transaction_id = typed.transaction_id
            and orders.created_date = typed.created_date
            and {{ in_read_window('orders.recorded_date') }}
    )
{%- endmacro %}
