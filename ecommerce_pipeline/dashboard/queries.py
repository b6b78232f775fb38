"""The page's queries: plain SQL that both DuckDB and BigQuery accept, over marts, dimensions and forecasts only.

`{core}`, `{datamart}` and `{forecast}` stand for the warehouse's schemas. Amounts, all in the reporting currency but
those of `currencies`, stay decimals here and become cents in `datasets.py`, which also sorts the rows: the warehouses
order nulls differently.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from ecommerce_pipeline.dashboard.periods import Period
from ecommerce_pipeline.schema import forecasts
from ecommerce_pipeline.schema.tables import EVENTS

PRODUCTS: Final = "products"
"""The dataset whose query depends on the periods."""
FORECAST: Final = "forecast"
"""The dataset of the forecast of sales."""
TOP_PRODUCTS: Final = 10
ALL_CHANNELS: Final = "all"

QUARANTINE: Final = " union all ".join(
    f"select business_date, '{table}' as table_name, reason, count(*) as quarantined "  # noqa: S608 - the contract's
    f"from {{core}}.quarantine_{table} group by business_date, reason"
    for table in EVENTS
)

TOTALS: Final = " union all ".join(
    [
        "select business_date, 'facts' as origin, round(sum(net_amount), 4) as net_amount from ("
        " select business_date, net_amount * exchange_rate as net_amount from {core}.fact_transaction where is_sold"
        " union all select business_date, -refund_amount * exchange_rate as net_amount from {core}.fact_refund"
        " where is_counted"
        ") as amounts group by business_date",
        *(
            f"select business_date, '{mart}' as origin, round(sum(net_amount), 4) as net_amount "  # noqa: S608 - its own names
            f"from {{datamart}}.{mart} group by business_date"
            for mart in (
                "marts_sales_daily",
                "marts_channel_store_daily",
                "marts_payment_transaction_summary",
                "marts_payment_channel_daily",
                "marts_product_daily",
                "marts_customer_segment_daily",
            )
        ),
    ]
)

QUERIES: Final[Mapping[str, str]] = {
    "sales": """
        select business_date, channel, store_id, orders_placed, orders_sold, units, gross_amount, discount_amount,
            refund_amount
        from {datamart}.marts_channel_store_daily
    """,
    "customers": """
        select business_date, channel, orders_new, orders_returning, orders_guest, amount_new, amount_returning,
            amount_guest
        from {datamart}.marts_customer_daily
    """,
    "payments": """
        select business_date, channel, payment_method_id, orders_sold, net_amount, attempts, attempts_approved, retries,
            recoveries, recovered_amount
        from {datamart}.marts_payment_channel_daily
    """,
    "funnel": """
        select business_date, channel, sessions, sessions_with_product_view, sessions_with_cart, sessions_with_checkout,
            sessions_with_order, sessions_with_sold_order
        from {datamart}.marts_funnel_daily
    """,
    "categories": """
        select sold.business_date, sold.channel, coalesce(products.category, 'unknown') as category,
            sum(sold.units) as units, sum(sold.net_amount) as net_amount
        from {datamart}.marts_product_daily as sold
        left join {core}.dim_product as products on sold.product_id = products.product_id
        group by sold.business_date, sold.channel, coalesce(products.category, 'unknown')
    """,
    "cohorts": """
        select cohort_unit, cohort_start_date, channel, units_since_first, active_customers
        from {datamart}.marts_customer_cohort_channel
        where units_since_first <= 12
    """,
    "segments": """
        select business_date, channel, segment, orders_sold, net_amount
        from {datamart}.marts_customer_segment_daily
    """,
    "customers_by_segment": """
        select segment, count(*) as customers
        from {datamart}.marts_customer_rfm
        group by segment
    """,
    "quality": """
        select business_date, table_name, rows_source, rows_lake, rows_in, rows_valid, rows_quarantined,
            rows_duplicate, rows_superseded, rows_unmatched
        from {datamart}.marts_data_quality
    """,
    "quarantine": QUARANTINE,
    "totals": TOTALS,
    "campaigns": """
        select business_date, min(campaign) as campaign
        from {core}.dim_session
        where campaign is not null
        group by business_date
    """,
    "methods": """
        select payment_method_id, method_name, method_type from {core}.dim_payment
    """,
    # Each has a member for what is unknown.
    "dimensions": """
        select 'products' as table_name, count(*) - 1 as members from {core}.dim_product
        union all
        select 'payment_methods' as table_name, count(*) - 1 as members from {core}.dim_payment
        union all
        select 'stores' as table_name, count(*) - 1 as members from {core}.dim_store
    """,
    "stores": "select store_id, store_name, city, country, region from {core}.dim_store",
    "currencies": """
        select business_date, currency, orders_placed, orders_sold, orders_cancelled, units, gross_amount,
            discount_amount, refund_amount, net_amount, shipping_amount, tax_amount, net_amount_in_reporting_currency
        from {datamart}.marts_currency_daily
    """,
}
"""The page's datasets by name. Those of daily marts have the grain of the filters: day and channel."""

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


def top_products(periods: Sequence[Period]) -> str:
    """Return the query for the top products of each period and channel, by revenue and by units.

    A ranking cannot be summed from days, so each selectable period and channel has its own. Ranks beyond the last one
    shown are not exact.
    """
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
                sum(daily.units_returned) as units_returned,
                sum(daily.net_amount) as net_amount
            from {{datamart}}.marts_product_daily as daily
            inner join periods
                on daily.business_date >= periods.first_day and daily.business_date <= periods.last_day
            group by periods.period, daily.channel, daily.product_id
        ),
        every_channel as (
            select period, channel, product_id, units, units_returned, net_amount from sold
            union all
            select
                period,
                '{ALL_CHANNELS}' as channel,
                product_id,
                sum(units) as units,
                sum(units_returned) as units_returned,
                sum(net_amount) as net_amount
            from sold
            group by period, product_id
        ),
        chosen as (
            select * from every_channel where units > 0
        ),
        {_threshold("net_amount")},
        {_threshold("units")},
        ranked as (
            select
                chosen.*,
                row_number() over (
                    partition by chosen.period, chosen.channel
                    order by chosen.net_amount desc nulls last, chosen.product_id nulls last
                ) as revenue_rank,
                row_number() over (
                    partition by chosen.period, chosen.channel
                    order by chosen.units desc nulls last, chosen.product_id nulls last
                ) as units_rank
            from chosen
            inner join threshold_net_amount
                on chosen.period = threshold_net_amount.period and chosen.channel = threshold_net_amount.channel
            inner join threshold_units
                on chosen.period = threshold_units.period and chosen.channel = threshold_units.channel
            where chosen.net_amount >= threshold_net_amount.bound or chosen.units >= threshold_units.bound
        )
        select
            ranked.period,
            ranked.channel,
            ranked.product_id,
            products.product_name,
            coalesce(products.category, 'unknown') as category,
            ranked.units,
            ranked.units_returned,
            ranked.net_amount,
            ranked.revenue_rank,
            ranked.units_rank
        from ranked
        left join {{core}}.dim_product as products on ranked.product_id = products.product_id
        where ranked.revenue_rank <= {TOP_PRODUCTS} or ranked.units_rank <= {TOP_PRODUCTS}
    """  # noqa: S608 - keys and days of the calendar


def _threshold(measure: str) -> str:
    """Return the subquery with the lowest value among the top products: ranking all products takes twice as long."""
    return f"""
        threshold_{measure} as (
            select period, channel, min({measure}) as bound
            from (
                select
                    period,
                    channel,
                    {measure},
                    row_number() over (partition by period, channel order by {measure} desc) as position_by_measure
                from chosen
            ) as positions
            where position_by_measure <= {TOP_PRODUCTS}
            group by period, channel
        )
    """  # noqa: S608 - names of its own


def tables_of(sql: str) -> set[tuple[str, str]]:
    """Return the tables that a query reads, as layer and name.

    >>> tables_of("select 1 from {core}.dim_store")
    {('core', 'dim_store')}
    """
    return {(layer, name) for layer, name in re.findall(r"\{(core|datamart|forecast)\}\.(\w+)", sql)}


def tables_of_dataset(name: str) -> set[tuple[str, str]]:
    """Return the tables that a dataset of the page reads."""
    return tables_of({**QUERIES, **FORECASTS, PRODUCTS: top_products([])}[name])


def tables_read() -> set[tuple[str, str]]:
    """Return all models of dbt that the page reads, as layer and name."""
    return set().union(*(tables_of_dataset(name) for name in (*QUERIES, PRODUCTS)))


def forecasts_read() -> set[tuple[str, str]]:
    """Return all tables of forecasts that the page reads where they are, as layer and name."""
    read = set().union(*map(tables_of_dataset, FORECASTS))
    return {(layer, name) for layer, name in read if layer == forecasts.LAYER}
