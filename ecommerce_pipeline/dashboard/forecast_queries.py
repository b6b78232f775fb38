"""The queries of forecasts: of the newest origin, and only where there is their table."""

from collections.abc import Mapping
from typing import Final

FORECAST: Final = "forecast"
"""The dataset of the forecast of sales."""

FORECASTS: Final[Mapping[str, str]] = {
    FORECAST: """
        select business_date, target_date, member as channel, published, parameters, mean, lower_80, upper_80, lower_95,
            upper_95, sum_lower_80, sum_upper_80
        from {forecast}.sales_daily
        where measure = 'net_amount' and level in ('all', 'channel')
            and business_date = (select max(business_date) from {forecast}.sales_daily)
    """,
    "at_risk": """
        select place, published, person_key, recency_days, purchase_days, probability_30d, expected_net_90d,
            at_risk_90d, total_expected, total_at_risk
        from (
            select
                published, person_key, recency_days, purchase_days, probability_30d, expected_net_90d, at_risk_90d,
                row_number() over (order by at_risk_rank nulls last, person_key nulls last) as place,
                sum(expected_net_90d) over () as total_expected,
                sum(at_risk_90d) over () as total_at_risk
            from {forecast}.customer_purchase
            where business_date = (select max(business_date) from {forecast}.customer_purchase)
        ) as newest
        where place <= 10
    """,
    "pairs": """
        select place, ranked.product_id, one.product_name, other_product_id, other.product_name as other_product_name,
            pair_orders, confidence, lift
        from (
            select
                product_id, other_product_id, pair_orders, confidence, lift,
                row_number() over (order by evidence desc nulls last, product_id nulls last) as place
            from (
                select
                    *,
                    -- Of both directions of a pair, the more certain one.
                    row_number() over (
                        partition by
                            case when product_id < other_product_id then product_id else other_product_id end,
                            case when product_id < other_product_id then other_product_id else product_id end
                        order by confidence desc nulls last, product_id nulls last
                    ) as direction
                from {forecast}.product_affinity
                where published
                    and business_date = (select max(business_date) from {forecast}.product_affinity)
            ) as pairs
            where direction = 1
        ) as ranked
        left join {core}.dim_product as one on ranked.product_id = one.product_id
        left join {core}.dim_product as other on ranked.other_product_id = other.product_id
        where place <= 10
    """,
}
"""The datasets of the newest origin of a forecast, which there are only where there is its table."""
