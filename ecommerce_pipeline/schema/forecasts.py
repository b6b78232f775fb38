"""The warehouse's tables of forecasts, in the terms of the table contract; nothing else describes their columns.

A forecast belongs to its origin, the last day that was known when it was made: its business day, the partition.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Date, MetaData, Table, Text

from ecommerce_pipeline.schema.tables import BUSINESS_DATE, REPORTING_AMOUNT, STAGING

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
    column("baseline", REPORTING_AMOUNT, "Seasonal naive: the newest known value of the same weekday."),
)

FORECASTS: Final[Mapping[str, Table]] = dict(_metadata.tables)
"""Every table of the layer by name."""

WAREHOUSE_LAYERS: Final = ("staging", "core", "datamart", LAYER)
"""The layers of the warehouse, each a schema or dataset, in the order of the data flow."""

CONTRACTS: Final[Mapping[str, Mapping[str, Table]]] = {"staging": STAGING, LAYER: FORECASTS}
"""The tables that the platform itself loads into the warehouse, by layer and name; dbt has the others."""
