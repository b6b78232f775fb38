"""The daily sales mart against the synthetic shop's ledger, computed in whole cents outside the pipeline."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ecommerce_pipeline.partitions import ONE_DAY, Window
from ecommerce_pipeline.quality.layers import STAGING
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.schema.tables import WRITTEN_AT, reconciliation
from ecommerce_pipeline.synthetic import ShopSettings, Totals, ledger

COLUMNS = ("orders_paid", "units", "gross_amount", "discount_amount", "refund_amount", "net_amount", "shipping_amount")


@dataclass(frozen=True)
class DayTotals:
    """A day's totals in the ledger and in the mart, in the order of `COLUMNS`."""

    day: date
    ledger: tuple[Decimal, ...]
    mart: tuple[Decimal, ...]

    @property
    def equal(self) -> bool:
        """Whether the mart equals the ledger to the cent."""
        return self.ledger == self.mart

    def __str__(self) -> str:
        differences = [
            f"{name} is {actual:,} in marts_sales_daily, {expected:,} in the ledger"
            for name, expected, actual in zip(COLUMNS, self.ledger, self.mart, strict=True)
            if expected != actual
        ]
        return f"{self.day}: {', '.join(differences) or 'equal'}"


def compare_with_ledger(shop: ShopSettings, warehouse: Warehouse, window: Window) -> list[DayTotals]:
    """Compare, in order, the complete days that rows written in the window can change.

    A day is complete when all its rows are loaded: those written on it, and late up to the lateness limit after it.

    Raises:
        PlatformError: A table does not exist.
    """
    days = []
    for complete in _complete(warehouse, window.happened(shop.lateness_days), shop):
        written = Window(complete.start, complete.end + shop.lateness_days * ONE_DAY)
        totals = ledger(shop, written).by_day
        mart = _mart(warehouse, complete)
        nothing = _amounts(Totals())
        days += [DayTotals(day, _amounts(totals[day]), mart.get(day, nothing)) for day in complete.days()]
    return days


def _complete(warehouse: Warehouse, happened: Window, shop: ShopSettings) -> Iterator[Window]:
    """Yield the ranges of complete days: those of which staging has every written day up to the lateness limit."""
    lateness = timedelta(days=shop.lateness_days)
    reach = Window(max(happened.start, shop.start_date), happened.end + lateness)
    rows = warehouse.read(reconciliation, STAGING, reach, [WRITTEN_AT])
    loaded = {row[WRITTEN_AT].date() for row in rows.to_pylist()}
    first: date | None = None
    for day in (*reach.days(), reach.end):
        whole = day < happened.end and all(day + timedelta(days=late) in loaded for late in range(lateness.days + 1))
        if whole and first is None:
            first = day
        if not whole and first is not None:
            yield Window(first, day)
            first = None


def _mart(warehouse: Warehouse, window: Window) -> dict[date, tuple[Decimal, ...]]:
    rows = warehouse.query(
        f"SELECT created_date, {', '.join(COLUMNS)} FROM {warehouse.schema_of('datamart')}.marts_sales_daily "  # noqa: S608
        f"WHERE created_date >= DATE '{window.start}' AND created_date < DATE '{window.end}'"
    )
    return {row["created_date"]: tuple(Decimal(row[name]) for name in COLUMNS) for row in rows.to_pylist()}


def _amounts(totals: Totals) -> tuple[Decimal, ...]:
    net = totals.gross_cents - totals.discount_cents - totals.refund_cents
    cents = (totals.gross_cents, totals.discount_cents, totals.refund_cents, net, totals.shipping_cents)
    return (Decimal(totals.orders), Decimal(totals.units), *(Decimal(amount) / 100 for amount in cents))
