{{ by_day('created_date', cluster_by=['channel']) }}

with visits as (

    select *
    from {{ ref('dim_session') }}
    where {{ in_happened_window() }}

),

orders_of_session as (

    select
        session_id,
        created_date,
        max(case when is_paid then 1 else 0 end) as paid
    from {{ ref('fact_transaction') }}
    where
        session_id is not null
        and {{ in_happened_window() }}
    group by session_id, created_date

)

select
    visits.created_date,
    visits.channel,
    count(*) as sessions,
    {{ total_count('case when visits.product_views > 0 then 1 else 0 end') }} as sessions_with_product_view,
    {{ total_count('case when visits.cart_adds > 0 then 1 else 0 end') }} as sessions_with_cart,
    {{ total_count('case when visits.checkout_started then 1 else 0 end') }} as sessions_with_checkout,
    {{ total_count('case when orders_of_session.session_id is not null then 1 else 0 end') }} as sessions_with_order,
    {{ total_count('coalesce(orders_of_session.paid, 0)') }} as sessions_with_paid_order
from visits
left join orders_of_session
    on
        visits.session_id = orders_of_session.session_id
        and visits.created_date = orders_of_session.created_date
group by visits.created_date, visits.channel
