"""The warehouse's tables of forecasts, in the terms of the table contract; nothing else describes their columns.

A forecast belongs to its origin, the last day that was known when it was made: its business day, the partition.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Date, MetaData, Table, Text

from ecommerce_pipeline.schema.keys import Key
from ecommerce_pipeline.schema.tables import BUSINESS_DATE, RATE, REPORTING_AMOUNT, STAGING

LAYER: Final = "forecast"
"""The layer of the tables: the first part of their keys, and their schema in the warehouse."""

_metadata = MetaData()


def forecast_table(name: str, grain: str, key: str, *columns: Column[Any]) -> Table:
    """Return the contract of a table of forecasts.

    Args:
        name: Its name in the layer.
        grain: What a row is: one sentence that begins "One row per".
        key: The column by which the warehouse clusters the rows of a day.
        columns: Its columns but the origin, the model and its parameters, which every table has.
    """
    origin = Column(BUSINESS_DATE, Date(), nullable=False, comment="Origin: the last day known. The partition.")
    made_by = [
        Column("published", Boolean(), nullable=False, comment="Whether the model's own forecast is shown."),
        Column("model", Text(), nullable=False, comment="What forecast it; of a refused model, what took its place."),
        Column("version", Text(), nullable=False, comment="Library of the model, and its version."),
        Column("parameters", Text(), nullable=False, comment="Its parameters, as JSON."),
    ]
    info = {"kind": "event", "key": key}
    return Table(name, _metadata, origin, *columns, *made_by, comment=grain, info=info)


def column(name: str, type_: Any, comment: str, *, null: bool = False) -> Column[Any]:
    """Return a column."""
    return Column(name, type_, nullable=null, comment=comment)


sales_daily = forecast_table(
    "sales_daily",
    "One row per origin, measure, level, member and day ahead: a forecast of daily sales with its intervals.",
    "member",
    column("target_date", Date(), "Day forecast."),
    column("horizon", BigInteger(), "Days from the origin to the day forecast: 1 to 28."),
    column("level", Text(), "all, channel or category; the parts of a level add up to all."),
    column("member", Text(), "The channel or category; all of the whole."),
    column(
        "measure",
        Text(),
        "net_amount, in REPORTING_CURRENCY; or orders_sold, not by category, as an order may have several.",
    ),
    column("mean", REPORTING_AMOUNT, "Forecast; levels add up, to the cent."),
    column("lower_80", REPORTING_AMOUNT, "The lower end of the interval that holds 80 % of the outcomes."),
    column("upper_80", REPORTING_AMOUNT, "Its upper end."),
    column("lower_95", REPORTING_AMOUNT, "The lower end of the interval that holds 95 % of the outcomes."),
    column("upper_95", REPORTING_AMOUNT, "Its upper end."),
    column(
        "sum_lower_80",
        REPORTING_AMOUNT,
        "The lower end of the interval that holds 80 % of the sums of the days from the first ahead to this one.",
    ),
    column("sum_upper_80", REPORTING_AMOUNT, "Its upper end."),
    column("baseline", REPORTING_AMOUNT, "Seasonal naive: the newest known value of the same weekday."),
)

customer_purchase = forecast_table(
    "customer_purchase",
    "One row per origin and person with an order sold in the 365 days up to it: whether it will buy, and for how much.",
    "person_key",
    column("person_key", Text(), "The buyer, as core.fact_order names it; no personal data."),
    column("probability_30d", RATE, "Probability of an order sold in the 30 days after the origin."),
    column("baseline_30d", RATE, "The same by the best single feature alone."),
    column("alive", RATE, "Probability that the person has not left for good, by BG/NBD.", null=True),
    column("expected_orders_90d", RATE, "Days with an order expected in the 90 days after the origin.", null=True),
    column(
        "expected_net_90d", REPORTING_AMOUNT, "Revenue expected of these, before refunds; none if not known.", null=True
    ),
    column(
        "expected_margin_90d",
        REPORTING_AMOUNT,
        "Revenue less the cost of the goods, at the shop's margin of the last 365 days; none if no product has a cost.",
        null=True,
    ),
    column(
        "at_risk_90d",
        REPORTING_AMOUNT,
        "Revenue of these 90 days that is lost if the person has left, times the probability that it has.",
        null=True,
    ),
    column("at_risk_rank", BigInteger(), "1 is the person of whom most is at risk.", null=True),
    column("recency_days", BigInteger(), "Days from the last order sold to the origin."),
    column("purchase_days", BigInteger(), "Days with an order sold, of the last 730 days."),
    column("tenure_days", BigInteger(), "Days from the first of these to the origin."),
    column("visits_30d", BigInteger(), "Visits signed in, in the 30 days up to the origin."),
    column("mean_value", REPORTING_AMOUNT, "Mean revenue of a day with orders, before refunds."),
)

product_affinity = forecast_table(
    "product_affinity",
    "One row per origin, product and product that goes with it: bought together more often than by chance.",
    "product_id",
    column("product_id", Key(), "A product in the basket."),
    column("other_product_id", Key(), "The product that goes with it."),
    column("next_best", BigInteger(), "Its rank among those that go with the product, by confidence; 1 is the best."),
    column("as_of_date", Date(), "The newest day with an order sold: later than the origin if that is an older day."),
    column("pair_orders", BigInteger(), "Orders sold with both."),
    column("confidence", RATE, "Share of the product's orders that have the other one."),
    column("lift", RATE, "The confidence, in units of the other product's share of all orders."),
    column("evidence", RATE, "Minus the decimal logarithm of the probability of so many orders with both by chance."),
)

FORECASTS: Final[Mapping[str, Table]] = dict(_metadata.tables)
"""Every table of the layer by name."""

WAREHOUSE_LAYERS: Final = ("staging", "core", "datamart", LAYER)
"""The layers of the warehouse, each a schema or dataset, in the order of the data flow."""

CONTRACTS: Final[Mapping[str, Mapping[str, Table]]] = {"staging": STAGING, LAYER: FORECASTS}
"""The tables that the platform itself loads into the warehouse, by layer and name; dbt has the others."""
