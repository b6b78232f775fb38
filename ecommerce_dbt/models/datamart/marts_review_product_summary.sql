{{ config(tags=['summary']) }}

with reviewed as (

    select
        product_id,
        count(*) as reviews,
        {{ total_count('rating') }} as rating_sum,
        {% for stars in range(1, 6) -%}
        {{ total_count('case when rating = ' ~ stars ~ ' then 1 else 0 end') }} as reviews_{{ stars }}_star,
        {% endfor -%}
        {{ total_count("case when sentiment = 'positive' then 1 else 0 end") }} as reviews_positive,
        {{ total_count("case when sentiment = 'neutral' then 1 else 0 end") }} as reviews_neutral,
        {{ total_count("case when sentiment = 'negative' then 1 else 0 end") }} as reviews_negative,
        min(business_date) as first_review_date,
        max(business_date) as last_review_date
    from {{ ref('fact_review') }}
    group by product_id

),

sold as (

    select
        product_id,
        count(*) as order_lines
    from {{ ref('fact_transaction') }}
    where is_sold
    group by product_id

)

select
    reviewed.product_id,
    {% for name in ['product_name', 'category', 'brand'] -%}
    coalesce(products.{{ name }}, 'unknown') as {{ name }},
    {% endfor -%}
    reviewed.reviews,
    reviewed.rating_sum,
    {{ cast_to(
        'round(' ~ cast_to('reviewed.rating_sum', 'decimal(14,2)') ~ ' / reviewed.reviews, 2)', 'decimal(5,2)'
    ) }} as average_rating,
    {% for stars in range(1, 6) -%}
    reviewed.reviews_{{ stars }}_star,
    {% endfor -%}
    reviewed.reviews_positive,
    reviewed.reviews_neutral,
    reviewed.reviews_negative,
    coalesce(sold.order_lines, 0) as order_lines,
    reviewed.first_review_date,
    reviewed.last_review_date
from reviewed
left join sold on reviewed.product_id = sold.product_id
left join {{ ref('dim_product') }} as products on reviewed.product_id = products.product_id
