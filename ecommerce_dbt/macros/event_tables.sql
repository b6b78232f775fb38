{#
    The event tables: key, columns with their types (but created_at and recorded_at, which all have), and rules in the
    order in which they are tried. A new rule is one line here; stg_ and quarantine_ follow.
#}
{% macro event_table(table) %}
    {% set money = decimal_type() | trim %}
    {% set channels = "('web', 'mobile_app', 'marketplace', 'store')" %}
    {% if table == 'sessions' %}
        {{ return({
            'key': 'session_id',
            'columns': {
                'session_id': 'int64', 'customer_id': 'int64', 'channel': 'string', 'device': 'string',
                'traffic_source': 'string', 'campaign': 'string', 'page_views': 'int64', 'product_views': 'int64',
                'cart_adds': 'int64', 'checkout_started': 'bool', 'duration_seconds': 'int64',
            },
            'rules': [
                ('unknown_channel', "channel not in ('web', 'mobile_app', 'marketplace')"),
                ('bad_funnel', 'least(page_views, product_views, cart_adds, duration_seconds) < 0'
                    ~ ' or product_views > page_views or (checkout_started and cart_adds = 0)'),
            ],
        }) }}
    {% elif table == 'transactions' %}
        {{ return({
            'key': 'transaction_id',
            'columns': {
                'transaction_id': 'int64', 'customer_id': 'int64', 'session_id': 'int64', 'store_id': 'int64',
                'channel': 'string', 'payment_method_id': 'int64', 'currency': 'string', 'coupon_code': 'string',
                'line_count': 'int64', 'gross_amount': money, 'discount_amount': money, 'shipping_amount': money,
                'total_amount': money,
            },
            'rules': [
                ('unknown_channel', 'channel not in ' ~ channels),
                ('unknown_customer', not_among('customer_id', ref('stg_customers'))),
                ('unknown_payment_method', not_among('payment_method_id', ref('stg_payment_methods'))),
                ('missing_store', "channel = 'store' and (store_id is null or "
                    ~ not_among('store_id', ref('stg_stores')) ~ ')'),
                ('bad_amount', 'least(gross_amount, discount_amount, shipping_amount, total_amount) < 0'
                    ~ ' or discount_amount > gross_amount'
                    ~ ' or total_amount <> gross_amount - discount_amount + shipping_amount'),
            ],
        }) }}
    {% elif table == 'transaction_items' %}
        {{ return({
            'key': 'transaction_item_id',
            'columns': {
                'transaction_item_id': 'int64', 'transaction_id': 'int64', 'line_number': 'int64',
                'product_id': 'int64', 'quantity': 'int64', 'unit_price': money, 'gross_amount': money,
            },
            'rules': [
                ('bad_quantity', 'quantity <= 0'),
                ('unknown_product', not_among('product_id', ref('stg_products'))),
                ('bad_amount', 'unit_price < 0 or gross_amount <> quantity * unit_price'),
                ('unknown_transaction', without_order(ref('stg_transactions'))),
            ],
        }) }}
    {% elif table == 'payment_attempts' %}
        {{ return({
            'key': 'payment_attempt_id',
            'columns': {
                'payment_attempt_id': 'int64', 'transaction_id': 'int64', 'attempt_number': 'int64',
                'payment_method_id': 'int64', 'amount': money, 'status': 'string', 'failure_reason': 'string',
            },
            'rules': [
                ('unknown_payment_method', not_among('payment_method_id', ref('stg_payment_methods'))),
                ('unknown_status', "status not in ('approved', 'declined', 'error')"),
                ('bad_amount', 'amount <= 0'),
            ],
        }) }}
    {% elif table == 'refunds' %}
        {{ return({
            'key': 'refund_id',
            'columns': {
                'refund_id': 'int64', 'transaction_id': 'int64', 'transaction_item_id': 'int64',
                'customer_id': 'int64', 'product_id': 'int64', 'store_id': 'int64', 'channel': 'string',
                'payment_method_id': 'int64', 'quantity': 'int64', 'amount': money, 'reason': 'string',
            },
            'rules': [
                ('unknown_product', not_among('product_id', ref('stg_products'))),
                ('unknown_channel', 'channel not in ' ~ channels),
                ('bad_amount', 'amount <= 0'),
            ],
        }) }}
    {% elif table == 'reviews' %}
        {{ return({
            'key': 'review_id',
            'columns': {
                'review_id': 'int64', 'transaction_id': 'int64', 'product_id': 'int64', 'customer_id': 'int64',
                'rating': 'int64', 'title': 'string', 'body': 'string', 'sentiment': 'string',
            },
            'rules': [
                ('unknown_product', not_among('product_id', ref('stg_products'))),
                ('unknown_customer', not_among('customer_id', ref('stg_customers'))),
                ('bad_rating', 'rating not between 1 and 5'),
                ('bad_sentiment', "sentiment <> case when rating <= 2 then 'negative' when rating = 3 then 'neutral'"
                    ~ " else 'positive' end"),
            ],
        }) }}
    {% endif %}
    {{ exceptions.raise_compiler_error(table ~ ' is no event table') }}
{% endmacro %}


{% macro not_among(key, dimension) -%}
    {{ key }} not in (select {{ key }} from {{ dimension }})
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
