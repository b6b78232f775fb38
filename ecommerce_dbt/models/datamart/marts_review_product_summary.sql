{{ config(tags=['summary']) }}

with reviewed as (

    select
        product_id,
        count(*) as reviews,
        sum(rating) as rating_sum,
        {% for stars in range(1, 6) -%}
        sum(case when rating = {{ stars }} then 1 else 0 end) as reviews_{{ stars }}_star,
        {% endfor -%}
        sum(case when sentiment = 'positive' then 1 else 0 end) as reviews_positive,
        sum(case when sentiment = 'neutral' then 1 else 0 end) as reviews_neutral,
        sum(case when sentiment = 'negative' then 1 else 0 end) as reviews_negative,
        min(created_date) as first_review_date,
        max(created_date) as last_review_date
    from {{ ref('fact_review') }}
    group by product_id

),

sold as (

    select
        product_id,
        count(*) as order_lines
    from {{ ref('fact_transaction') }}
    where is_paid
    group by product_id

)

select
    reviewed.product_id,
    products.product_name,
    products.category,
    products.brand,
    cast(reviewed.reviews as int64) as reviews,
    cast(reviewed.rating_sum as int64) as rating_sum,
    cast(
        round(cast(reviewed.rating_sum as {{ decimal_type() }}) / reviewed.reviews, 2) as {{ decimal_type(5, 2) }}
    ) as average_rating,
    {% for stars in range(1, 6) -%}
    cast(reviewed.reviews_{{ stars }}_star as int64) as reviews_{{ stars }}_star,
    {% endfor -%}
    cast(reviewed.reviews_positive as int64) as reviews_positive,
    cast(reviewed.reviews_neutral as int64) as reviews_neutral,
    cast(reviewed.reviews_negative as int64) as reviews_negative,
    cast(coalesce(sold.order_lines, 0) as int64) as order_lines,
    reviewed.first_review_date,
    reviewed.last_review_date
from reviewed
left join sold on reviewed.product_id = sold.product_id
left join {{ ref('dim_product') }} as products on reviewed.product_id = products.product_id
