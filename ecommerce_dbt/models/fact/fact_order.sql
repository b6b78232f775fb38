{{ by_day(cluster_by=['transaction_id']) }}

with orders as (

    select
        *,
        {{ currency_of('currency') }} as order_currency
    from {{ ref('stg_transactions') }}
    where {{ in_days() }}

),

order_lines as (

    select
        business_date,
        transaction_id,
        count(*) as lines_found,
        {{ total_quantity('quantity') }} as units,
        {{ total_amount('gross_amount - tax_amount') }} as gross_amount,
        {{ total_amount('discount_amount') }} as discount_amount,
        {{ total_amount('tax_amount') }} as tax_amount
    from {{ ref('stg_transaction_items') }}
    where {{ in_days() }}
    group by business_date, transaction_id

),

payments as (

    select
        attempts.business_date,
        attempts.transaction_id,
        {{ total_amount(
            'case when attempts.is_approved then attempts.amount' ~ ('' if sold_by_state() else ' else 0') ~ ' end'
        ) }} as captured_amount,
        sum(case when attempts.is_approved then attempts.amount * coalesce(methods.fee_percent, 0) end)
            as amount_by_fee
    from {{ ref('fact_payment_attempt') }} as attempts
    left join {{ ref('dim_payment') }} as methods on attempts.payment_method_id = methods.payment_method_id
    where {{ in_days('attempts.business_date') }}
    group by attempts.business_date, attempts.transaction_id

),

-- What payments had captured by the end of each, as it was recorded: one that is written late is known late.
captures as (

    select
        business_date,
        transaction_id,
        {{ known_at('created_at', 'updated_at') }} as known_at,
        sum(amount) over (
            partition by business_date, transaction_id
            order by {{ known_at('created_at', 'updated_at') }}, payment_attempt_id
            rows between unbounded preceding and current row
        ) as captured_so_far
    from {{ ref('fact_payment_attempt') }}
    where
        is_approved
        and {{ in_days() }}

),

covered as (

    select
        orders.business_date,
        orders.transaction_id,
        min(captures.known_at) as covered_at
    from orders
    inner join captures
        on
            orders.business_date = captures.business_date
            and orders.transaction_id = captures.transaction_id
    where captures.captured_so_far >= orders.total_amount
    group by orders.business_date, orders.transaction_id

),

visits as (

    {{ visits_named('orders') }}

),

-- An order without lines is placed and has a state; its header's amounts are no revenue.
combined as (

    select
        orders.*,
        rates.rate,
        covered.covered_at,
        payments.amount_by_fee,
        {{ minor_unit_in_ten_thousandths('currencies.minor_unit') }} as minor_unit,
        coalesce(methods.fee_percent, 0) as fee_percent,
        coalesce(visits.device, 'unknown') as device,
        coalesce(visits.traffic_source, 'unknown') as traffic_source,
        coalesce(visits.campaign, 'unknown') as campaign,
        coalesce(buyers.loyalty_tier, case when orders.customer_id is null then 'guest' else 'unknown' end)
            as loyalty_tier,
        coalesce(buyers.country, 'unknown') as customer_country,
        order_state.group_name as state_group,
        {{ group_of('channel', 'orders.channel') }} as channel_group,
        coalesce(order_lines.lines_found, 0) as lines_found,
        coalesce(order_lines.units, 0) as units,
        coalesce(order_lines.gross_amount, 0) as gross_of_lines,
        coalesce(order_lines.discount_amount, 0) as discount_of_lines,
        coalesce(order_lines.tax_amount, 0) as tax_of_lines,
        {% for amount in ['discount', 'shipping', 'tax', 'other'] -%}
        case when order_lines.transaction_id is null then 0 else orders.{{ amount }}_amount end
            as {{ amount }}_of_order,
        {% endfor -%}
        coalesce(
            payments.captured_amount,
            orders.paid_amount,
            {%- if sold_by_state() %}
            case when order_state.group_name = 'paid' then orders.total_amount end,
            {%- endif %}
            0
        ) as captured_amount
    from orders
    left join order_lines
        on
            orders.business_date = order_lines.business_date
            and orders.transaction_id = order_lines.transaction_id
    left join payments
        on
            orders.business_date = payments.business_date
            and orders.transaction_id = payments.transaction_id
    left join covered
        on
            orders.business_date = covered.business_date
            and orders.transaction_id = covered.transaction_id
    left join visits on orders.session_id = visits.session_id
    left join {{ ref('dim_payment') }} as methods on orders.payment_method_id = methods.payment_method_id
    left join {{ ref('currencies') }} as currencies on orders.order_currency = currencies.code
    {{ join_version('dim_customer_history', 'buyers', 'customer_id', 'orders.customer_id', 'orders.created_at') }}
    {{ join_rates('orders.order_currency', 'orders.business_date') }}
    {{ join_words('order_state', 'orders.status') }}
    {{ join_words('channel', 'orders.channel') }}

),

-- Nothing to pay is paid.
states as (

    select
        *,
        case
            when cancelled_at is not null{{ " or state_group = 'cancelled'" if sold_by_state() }} then 'cancelled'
            when captured_amount >= total_amount or total_amount <= 0 then 'sold'
            when captured_amount > 0 then 'part_paid'
            else 'unpaid'
        end as order_state
    from combined

)

select
    transaction_id,
    business_date,
    created_at,
    updated_at,
    cancelled_at,
    coalesce(customer_id, {{ guest() }}) as customer_id,
    {{ person_key('customer_id', 'guest_key') }} as person_key,
    loyalty_tier,
    customer_country,
    session_id,
    device,
    traffic_source,
    campaign,
    {{ store_of_sale('channel_group', 'store_id') }} as store_id,
    channel_group as channel,
    channel as shop_channel,
    coalesce(payment_method_id, {{ unknown() }}) as payment_method_id,
    order_currency as currency,
    {{ rate_of('order_currency', 'rate') }} as exchange_rate,
    coupon_code,
    status as shop_status,
    order_state,
    order_state = 'sold' as is_sold,
    case
        when captured_amount >= total_amount or total_amount <= 0
            then greatest(business_date, coalesce({{ business_day('covered_at') }}, business_date))
    end as sold_on,
    lines_found,
    {{ cast_to('units', 'quantity') }} as units,
    {{ cast_to('gross_of_lines', 'money') }} as gross_amount,
    {{ cast_to('discount_of_lines', 'money') }} as line_discount_amount,
    {{ cast_to('discount_of_order', 'money') }} as order_discount_amount,
    {{ cast_to('discount_of_lines + discount_of_order', 'money') }} as discount_amount,
    {{ cast_to('shipping_of_order', 'money') }} as shipping_amount,
    {{ cast_to('tax_of_order + tax_of_lines', 'money') }} as tax_amount,
    {{ cast_to('other_of_order', 'money') }} as other_amount,
    {{ cast_to('gross_of_lines - discount_of_lines - discount_of_order', 'money') }} as net_amount,
    total_amount,
    {{ cast_to('captured_amount', 'money') }} as paid_amount,
    case
        when lines_found = 0 then {{ cast_to('0', 'money') }}
        else {{ amount_of_ten_thousandths(
            rounded_fee('coalesce(amount_by_fee, captured_amount * fee_percent)', step='minor_unit')
        ) }}
    end as payment_fee_amount
from states
