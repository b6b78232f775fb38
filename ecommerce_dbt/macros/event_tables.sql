{#
    The event tables: what each row says (created_at and recorded_at are in all of them) and the rules it must keep, in
    the order in which they are tried. A new rule is one line here; stg_ and quarantine_ follow.
#}

{# Columns with their types; the first is the key. #}
{% macro event_columns(table) %}
    {% set money = decimal_type() | trim %}
    {{ return({
        'sessions': {
            'session_id': 'int64',
            'customer_id': 'int64',
            'channel': 'string',
            'device': 'string',
            'traffic_source': 'string',
            'campaign': 'string',
            'page_views': 'int64',
            'product_views': 'int64',
            'cart_adds': 'int64',
            'checkout_started': 'bool',
            'duration_seconds': 'int64',
        },
        'transactions': {
            'transaction_id': 'int64',
            'customer_id': 'int64',
            'session_id': 'int64',
            'store_id': 'int64',
            'channel': 'string',
            'payment_method_id': 'int64',
            'currency': 'string',
            'coupon_code': 'string',
            'line_count': 'int64',
            'gross_amount': money,
            'discount_amount': money,
            'shipping_amount': money,
            'total_amount': money,
        },
        'transaction_items': {
            'transaction_item_id': 'int64',
            'transaction_id': 'int64',
            'line_number': 'int64',
            'product_id': 'int64',
            'quantity': 'int64',
            'unit_price': money,
            'gross_amount': money,
        },
        'payment_attempts': {
            'payment_attempt_id': 'int64',
            'transaction_id': 'int64',
            'attempt_number': 'int64',
            'payment_method_id': 'int64',
            'amount': money,
            'status': 'string',
            'failure_reason': 'string',
        },
        'refunds': {
            'refund_id': 'int64',
            'transaction_id': 'int64',
            'transaction_item_id': 'int64',
            'customer_id': 'int64',
            'product_id': 'int64',
            'store_id': 'int64',
            'channel': 'string',
            'payment_method_id': 'int64',
            'quantity': 'int64',
            'amount': money,
            'reason': 'string',
        },
        'reviews': {
            'review_id': 'int64',
            'transaction_id': 'int64',
            'product_id': 'int64',
            'customer_id': 'int64',
            'rating': 'int64',
            'title': 'string',
            'body': 'string',
            'sentiment': 'string',
        },
    }[table]) }}
{% endmacro %}


{% macro event_key(table) -%}
    {{ event_columns(table) | first }}
{%- endmacro %}


{# All that two copies of an event have in common: everything but when they were written. #}
{% macro event_content(table) -%}
    {{ event_columns(table) | join(', ') }}, created_at
{%- endmacro %}


{# Pairs of a reason and the condition that is true of a row with that defect. #}
{% macro event_rules(table) %}
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
