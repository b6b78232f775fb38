{#
    The rules that rows of an event table must keep, in the order in which they are tried: pairs of a reason and the condition
    that is true of a row with that defect. The only place of the rules: stg_ and quarantine_ models follow.

    They are for rows that cannot be true. A customer, product, store, method or order that is missing breaks no rule: the
    row counts all the same.
#}
{% macro quarantine_rules(table) %}
    {% set rules = [('impossible_date', 'created_at > updated_at')] %}
    {% if table == 'sessions' %}
        {% do rules.extend([
            ('bad_funnel', 'least(page_views, product_views, cart_adds, duration_seconds) < 0'
                ~ ' or product_views > page_views or (checkout_started and cart_adds = 0)'),
        ]) %}
    {% elif table == 'transactions' %}
        {% do rules.extend([
            ('bad_amount', 'least(gross_amount, discount_amount, shipping_amount, tax_amount, total_amount) < 0'
                ~ ' or discount_amount > gross_amount'
                ~ ' or total_amount <> gross_amount - discount_amount + shipping_amount + tax_amount'),
        ]) %}
    {% elif table == 'transaction_items' %}
        {% do rules.extend([
            ('bad_quantity', 'quantity <= 0'),
            ('bad_amount', 'unit_price < 0 or gross_amount <> round(quantity * unit_price, 2)'),
        ]) %}
    {% elif table == 'payment_attempts' %}
        {% do rules.extend([
            ('unknown_status', "status not in ('pending', 'approved', 'declined', 'error')"),
            ('bad_amount', 'amount <= 0'),
        ]) %}
    {% elif table == 'refunds' %}
        {% do rules.append(('bad_amount', 'amount <= 0')) %}
    {% elif table == 'reviews' %}
        {% do rules.extend([
            ('bad_rating', 'rating not between 1 and 5'),
            ('bad_sentiment', "sentiment <> case when rating <= 2 then 'negative' when rating = 3 then 'neutral'"
                ~ " else 'positive' end"),
        ]) %}
    {% endif %}
    {{ return(rules) }}
{% endmacro %}
