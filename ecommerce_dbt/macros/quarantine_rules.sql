{#
    The rules that rows of an event table must keep, in the order in which they are tried: pairs of a reason and the condition
    that is true of a row with that defect. The only place of the rules: stg_ and quarantine_ models follow.

    They are for rows that cannot be true. A customer, product, store, method or order that is missing breaks no rule: the
    row counts all the same. Nor does a word that nobody knows, or an amount that was rounded in another way than ours.
#}
{% macro quarantine_rules(table) %}
    {% set rules = [('impossible_date', 'created_at > updated_at')] %}
    {% if table == 'sessions' %}
        {% do rules.extend([
            ('bad_funnel', 'least(page_views, product_views, cart_adds, duration_seconds) < 0'
                ~ ' or (page_views > 0 and product_views > page_views)'),
        ]) %}
    {% elif table == 'transactions' %}
        {# The discounts of lines are not in the header: they may make the total less than these amounts, but never more. #}
        {% set total = 'gross_amount - discount_amount + shipping_amount + tax_amount + other_amount' %}
        {% do rules.extend([
            ('bad_amount', _negative(['discount_amount', 'shipping_amount', 'tax_amount', 'total_amount', 'gross_amount',
                'paid_amount'])
                ~ ' or discount_amount > gross_amount'
                ~ ' or ' ~ beyond_rounding('total_amount - (' ~ total ~ ')', ['total_amount', 'gross_amount'],
                    'greatest(coalesce(line_count, 1), 1)')),
        ]) %}
    {% elif table == 'transaction_items' %}
        {% do rules.extend([
            ('bad_quantity', 'quantity <= 0'),
            ('bad_amount', _negative(['gross_amount', 'discount_amount', 'tax_amount', 'unit_price'])
                ~ ' or discount_amount > gross_amount or tax_amount > gross_amount'
                ~ ' or ' ~ beyond_rounding('abs(gross_amount - quantity * unit_price)', ['gross_amount'], '1')),
        ]) %}
    {% elif table == 'payment_attempts' %}
        {% do rules.append(('bad_amount', 'amount <= 0')) %}
    {% elif table == 'refunds' %}
        {% do rules.append(
            ('bad_amount', _negative(['goods_amount', 'shipping_amount', 'tax_amount', 'quantity'])
                ~ ' or goods_amount + shipping_amount + tax_amount = 0')
        ) %}
    {% elif table == 'reviews' %}
        {% do rules.extend([
            ('bad_rating', 'rating not between 1 and 5'),
            ('bad_sentiment', "sentiment <> case when rating <= 2 then 'negative' when rating = 3 then 'neutral'"
                ~ " else 'positive' end"),
        ]) %}
    {% elif table == 'ad_spend' %}
        {% do rules.append(('bad_amount', _negative(['cost_amount', 'clicks', 'impressions']))) %}
    {% elif table == 'stock_levels' %}
        {# What is on hand may be less than 0: some shops sell what they have not got. #}
        {% do rules.append(('bad_quantity', _negative(['incoming']))) %}
    {% endif %}
    {{ return(rules) }}
{% endmacro %}


{# Each alone: what is not known is not negative, and `least` knows nothing once it does not know one. #}
{% macro _negative(columns) -%}
    {% set conditions = [] %}
    {% for column in columns %}
        {% do conditions.append(column ~ ' < 0') %}
    {% endfor %}
    {{ return(conditions | join(' or ')) }}
{%- endmacro %}
