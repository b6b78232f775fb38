"""The page's queries: plain SQL that both DuckDB and BigQuery accept, over marts, dimensions and forecasts only.

`{core}`, `{datamart}` and `{forecast}` stand for the warehouse's schemas. Amounts, all in the reporting currency but
those of `currencies`, stay decimals here and become cents in `datasets.py`, which also sorts the rows: the warehouses
order nulls differently.
"""

import re
from collections.abc import Mapping
from typing import Final

from ecommerce_pipeline.dashboard.forecast_queries import FORECASTS
from ecommerce_pipeline.dashboard.product_queries import PRODUCTS, leading_products
from ecommerce_pipeline.schema import forecasts
from ecommerce_pipeline.schema.tables import EVENTS

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
        select business_date, channel, coalesce(customer_country, 'unknown') as country,
            coalesce(device, 'unknown') as device, store_id, orders_placed, orders_sold, orders_part_paid,
            orders_unpaid, orders_cancelled, units, gross_amount, discount_amount, refund_amount
        from {datamart}.marts_channel_store_daily
    """,
    "lines": """
        select business_date, channel, coalesce(customer_country, 'unknown') as country,
            coalesce(device, 'unknown') as device, category, units, units_returned, gross_amount, discount_amount,
            refund_amount, payment_fee_amount, coalesce(cost_amount, 0) as cost_amount, sales_margin_amount,
            sales_with_cost_amount, refund_with_cost_amount, units_without_cost, units_at_earliest_cost
        from {datamart}.marts_unit_economics_daily
    """,
    "customers": """
        select business_date, channel, coalesce(customer_country, 'unknown') as country,
            coalesce(device, 'unknown') as device, orders_new, orders_returning, orders_guest, amount_new,
            amount_returning, amount_guest
        from {datamart}.marts_customer_daily
    """,
    "payments": """
        select business_date, channel, coalesce(customer_country, 'unknown') as country,
            coalesce(device, 'unknown') as device, payment_method_id, orders_sold, net_amount, attempts,
            attempts_approved, retries, recoveries, recovered_amount
        from {datamart}.marts_payment_channel_daily
    """,
    "funnel": """
        select business_date, channel, coalesce(device, 'unknown') as device,
            coalesce(traffic_source, 'unknown') as traffic_source, sessions, sessions_with_product_view,
            sessions_with_cart, sessions_with_checkout, sessions_with_order, sessions_with_sold_order
        from {datamart}.marts_funnel_daily
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
    "ltv": """
        select cohort_month, channel, days, cohort_customers, net_amount
        from {datamart}.marts_customer_ltv_cohort
    """,
    "repeat": """
        select cohort_month, order_number, days_since_first, cohort_customers, customers
        from {datamart}.marts_repeat_purchase
    """,
    "campaign_days": """
        select business_date, campaign, traffic_source, sessions, orders_sold, net_amount,
            coalesce(margin_amount, 0) as margin_amount
        from {datamart}.marts_campaign_daily
    """,
    "marketing": """
        select business_date, traffic_source, sum(ad_cost_amount) as ad_cost_amount, sum(clicks) as clicks,
            sum(impressions) as impressions, sum(orders_new) as customers_acquired,
            sum(amount_before_refunds) as attributed_sales_amount
        from {datamart}.marts_marketing_daily
        group by business_date, traffic_source
    """,
    "coupons": """
        select business_date, channel, coupon_code, orders_sold, gross_amount, discount_amount, refund_amount
        from {datamart}.marts_coupon_daily
    """,
    "returns": """
        select business_date, channel, category, refund_reason,
            case
                when days_until_return is null then 'unknown'
                when days_until_return <= 3 then '0-3'
                when days_until_return <= 7 then '4-7'
                when days_until_return <= 14 then '8-14'
                when days_until_return <= 30 then '15-30'
                else '31+'
            end as days, sum(units_returned) as units_returned, sum(refund_amount) as refund_amount
        from {datamart}.marts_returns
        group by 1, 2, 3, 4, 5
    """,
    # Of each category those that one of the charts may show: these are the first of any categories together.
    "stock": """
        select category, product_id, product_name, days_of_cover, days_out_of_stock, on_hand as units_on_hand,
            incoming as units_incoming, units_sold, units_available, units_lost, amount_lost, amount_before_refunds
        from (
            select
                *,
                row_number() over (
                    partition by category order by amount_lost desc nulls last, product_id nulls last
                ) as by_loss,
                row_number() over (
                    partition by category
                    order by
                        case when on_hand > 0 then days_of_cover end nulls last,
                        amount_before_refunds desc nulls last,
                        product_id nulls last
                ) as by_cover
            from {datamart}.marts_inventory_cover
            where is_active
        ) as ranked
        where (by_loss <= 10 and amount_lost > 0) or (by_cover <= 10 and on_hand > 0 and units_sold > 0)
    """,
    "stock_by_category": """
        select category, count(*) as products,
            sum(case when is_active and on_hand <= 0 then 1 else 0 end) as products_out_of_stock,
            sum(on_hand) as units_on_hand, sum(units_sold) as units_sold, sum(units_available) as units_available,
            sum(units_lost) as units_lost, sum(amount_lost) as amount_lost
        from {datamart}.marts_inventory_cover
        group by category
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
"""The page's datasets by name. Those of daily marts are cubes: they begin with the day, and their other words and ids
are the dimensions that filter and group them. Rows that a mart wrote before it had a dimension are of its unknown
member.
"""


def tables_of(sql: str) -> set[tuple[str, str]]:
    """Return the tables that a query reads, as layer and name.

    >>> tables_of("select 1 from {core}.dim_store")
    {('core', 'dim_store')}
    """
    return {(layer, name) for layer, name in re.findall(r"\{(core|datamart|forecast)\}\.(\w+)", sql)}


def tables_of_dataset(name: str) -> set[tuple[str, str]]:
    """Return the tables that a dataset of the page reads."""
    return tables_of({**QUERIES, **FORECASTS, PRODUCTS: leading_products([])}[name])


def tables_read() -> set[tuple[str, str]]:
    """Return all models of dbt that the page reads, as layer and name."""
    return set().union(*(tables_of_dataset(name) for name in (*QUERIES, PRODUCTS)))


def forecasts_read() -> set[tuple[str, str]]:
    """Return all tables of forecasts that the page reads where they are, as layer and name."""
    read = set().union(*map(tables_of_dataset, FORECASTS))
    return {(layer, name) for layer, name in read if layer == forecasts.LAYER}
