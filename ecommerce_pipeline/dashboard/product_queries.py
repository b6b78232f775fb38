"""The query of products by day: of all products it would be the facts, so it has those that lead somewhere.

A ranking cannot be summed from days. These are the products that are among the best of a selectable period, in all
channels or in one: their ranking there is exact, and that of other days or filters is among them.
"""

from collections.abc import Sequence
from typing import Final

from ecommerce_pipeline.dashboard.periods import Period

PRODUCTS: Final = "products"
"""The dataset."""
TOP_PRODUCTS: Final = 10
MEASURES: Final = ("net_amount", "units")


def leading_products(periods: Sequence[Period]) -> str:
    """Return the query for the days of the products that lead a period, by revenue or by units."""
    spans = " union all ".join(
        f"select '{period.key}' as period, date '{period.first}' as first_day, date '{period.last}' as last_day"
        for period in periods
    )
    return f"""
        with periods as ({spans}),
        sold as (
            select
                periods.period,
                daily.channel,
                daily.product_id,
                sum(daily.units) as units,
                sum(daily.net_amount) as net_amount
            from {{datamart}}.marts_product_daily as daily
            inner join periods
                on daily.business_date >= periods.first_day and daily.business_date <= periods.last_day
            group by periods.period, daily.channel, daily.product_id
        ),
        every_channel as (
            select period, channel, product_id, units, net_amount from sold
            union all
            select period, '' as channel, product_id, sum(units) as units, sum(net_amount) as net_amount
            from sold
            group by period, product_id
        ),
        chosen as (
            select * from every_channel where units > 0
        ),
        {", ".join(_bound(measure) for measure in MEASURES)},
        leaders as (
            {" union distinct ".join(_leaders(measure) for measure in MEASURES)}
        )
        select
            daily.business_date,
            daily.channel,
            coalesce(products.category, 'unknown') as category,
            daily.product_id,
            products.product_name,
            daily.units,
            daily.units_returned,
            daily.net_amount
        from {{datamart}}.marts_product_daily as daily
        inner join leaders on daily.product_id = leaders.product_id
        left join {{core}}.dim_product as products on daily.product_id = products.product_id
    """  # noqa: S608 - keys and days of the calendar


def _bound(measure: str) -> str:
    """Return the subquery with the lowest value among the best: ranking whole rows takes twice as long."""
    return f"""
        bound_{measure} as (
            select period, channel, min({measure}) as bound
            from (
                select
                    period,
                    channel,
                    {measure},
                    row_number() over (partition by period, channel order by {measure} desc) as place
                from chosen
            ) as places
            where place <= {TOP_PRODUCTS}
            group by period, channel
        )"""  # noqa: S608 - names of its own


def _leaders(measure: str) -> str:
    return (
        f"select chosen.product_id from chosen inner join bound_{measure} as bounds"  # noqa: S608 - names of its own
        f" on chosen.period = bounds.period and chosen.channel = bounds.channel and chosen.{measure} >= bounds.bound"
    )
