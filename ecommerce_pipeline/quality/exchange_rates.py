"""Whether orders and refunds have a rate to the reporting currency, and which days a changed rate concerns.

A rate is valid from its day until the next one, and for a week at most, as in dbt's `dim_exchange_rate`; the currency
of an amount is that of its macro `currency_of`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Table

from ecommerce_pipeline.errors import NotBuiltError, PlatformError
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.quality.layers import STAGING, SourceLayer, StagingLayer
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.schema.dialects import Dialect, days_condition, within
from ecommerce_pipeline.schema.tables import BUSINESS_DATE, exchange_rates

VALID_DAYS: Final = 8
"""The day of a rate, and a week."""
SHOWN: Final = 10

_CODE: Final = "NULLIF(UPPER(TRIM({}currency)), '')"

Rate = tuple[str, date]
"""A currency, and the first day of its rate."""


def check_rates(warehouse: Warehouse, days: Days, reporting_currency: str) -> None:
    """Raise an error if orders of the days, or refunds on them whose order is not loaded, have no rate.

    Raises:
        PlatformError: Some have none; the message names each currency, how many, their days, and the remedy.
    """
    if without := _without_rate(warehouse, days, reporting_currency):
        shown = [
            f"{currency}: {sum(by_day.values()):,} of {Days.of(by_day).summary}"
            for currency, by_day in sorted(without.items())[:SHOWN]
        ]
        more = f"; and {len(without) - SHOWN} more currencies" if len(without) > SHOWN else ""
        raise PlatformError(
            f"orders or refunds have no exchange rate to REPORTING_CURRENCY={reporting_currency}. {'; '.join(shown)}"
            f"{more}. Set REPORTING_CURRENCY to the shop's currency if it has only one, or let the source's table "
            f"exchange_rates have a rate of each such currency that is valid from the day or at most "
            f"{VALID_DAYS - 1} days before"
        )


def _without_rate(warehouse: Warehouse, days: Days, reporting_currency: str) -> dict[str, dict[date, int]]:
    """Return how many orders and refunds have no rate, by currency and day."""
    staging = warehouse.schema_of(STAGING)
    rates: set[Rate] = set()
    counts: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    of_any_order = f"SELECT transaction_id FROM {staging}.transactions WHERE {BUSINESS_DATE} IS NOT NULL"  # noqa: S608
    first = days.first - timedelta(days=VALID_DAYS - 1)
    rows = warehouse.query(
        f"SELECT FALSE AS is_rate, {_CODE.format('')} AS code, {BUSINESS_DATE} AS day_, COUNT(*) AS rows_ "  # noqa: S608
        f"FROM {staging}.transactions WHERE {within(days)} AND {_CODE.format('')} <> '{reporting_currency}' "
        "GROUP BY code, day_ "
        f"UNION ALL SELECT FALSE, {_CODE.format('')}, {BUSINESS_DATE}, COUNT(*) FROM {staging}.refunds "
        f"WHERE {within(days)} AND {_CODE.format('')} <> '{reporting_currency}' "
        f"AND transaction_id NOT IN ({of_any_order}) GROUP BY 2, 3 "
        f"UNION ALL SELECT TRUE, {_CODE.format('')}, valid_from, 0 FROM {staging}.{exchange_rates.name} "
        f"WHERE rate > 0 AND valid_from BETWEEN DATE '{first}' AND DATE '{days.last}'"
    ).to_pylist()
    for row in rows:
        if row["is_rate"]:
            rates.add((row["code"], row["day_"]))
        else:
            counts[row["code"]][row["day_"]] += row["rows_"]
    found = {
        currency: {day: count for day, count in by_day.items() if not rates & {*_rates_before(currency, day)}}
        for currency, by_day in counts.items()
    }
    return {currency: by_day for currency, by_day in found.items() if by_day}


def _rates_before(currency: str, day: date) -> Iterable[Rate]:
    return ((currency, day - timedelta(days=age)) for age in range(VALID_DAYS))


def days_of_changed_rates(
    postgres: PostgresResource, warehouse: Warehouse, loaded: AbstractSet[date]
) -> Mapping[date, str]:
    """Return the loaded days with orders, or refunds of orders, whose rate may differ between source and staging.

    Returns:
        By day, the currencies in words.

    Raises:
        PlatformError: The source or the warehouse cannot be read.
    """
    there, staged = (
        {tuple(row) for row in layer.ask(_rates, exchange_rates, None)}
        for layer in (SourceLayer(postgres), StagingLayer(warehouse))
    )
    changed = {(currency.strip().upper(), first) for currency, first, _ in there ^ staged}
    concerned = {
        (currency, day)
        for currency, first in changed
        for day in (first + timedelta(days=age) for age in range(VALID_DAYS))
        if day in loaded
    }
    if not concerned:
        return {}
    staging = warehouse.schema_of(STAGING)
    of_days = days_condition(f"orders.{BUSINESS_DATE}", Days.of(day for _, day in concerned))
    code = _CODE.format("orders.")
    try:
        rows = warehouse.query(
            f"SELECT DISTINCT {code} AS code, orders.{BUSINESS_DATE} AS day_, orders.{BUSINESS_DATE} AS built "  # noqa: S608
            f"FROM {staging}.transactions AS orders WHERE {of_days} AND {code} IS NOT NULL "
            f"UNION DISTINCT SELECT {code}, orders.{BUSINESS_DATE}, refunds.{BUSINESS_DATE} "
            f"FROM {staging}.refunds AS refunds "
            f"INNER JOIN {staging}.transactions AS orders ON refunds.transaction_id = orders.transaction_id "
            f"WHERE {of_days} AND refunds.{BUSINESS_DATE} IS NOT NULL AND {code} IS NOT NULL"
        ).to_pylist()
    except NotBuiltError:
        return {}
    found: dict[date, set[str]] = defaultdict(set)
    for row in rows:
        if (row["code"], row["day_"]) in concerned:
            found[row["built"]].add(row["code"])
    return {day: f"the rate of {', '.join(sorted(currencies))} changed" for day, currencies in found.items()}


def _rates(dialect: Dialect, table: Table, relation: str, days: Days | None) -> str:  # noqa: ARG001 - of all dialects
    return f"SELECT currency, valid_from, rate FROM {relation}"  # noqa: S608
