"""The daily sales mart against the synthetic shop's own books, kept in whole cents apart from the pipeline."""

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
class DayOfBooks:
    """A day's totals, by column of the mart, in the books and in the mart."""

    day: date
    books: tuple[Decimal, ...]
    mart: tuple[Decimal, ...]

    @property
    def equal(self) -> bool:
        """Whether the mart has it to the cent."""
        return self.books == self.mart

    def __str__(self) -> str:
        told = [
            f"{name} is {found:,} in marts_sales_daily, {wanted:,} in the books"
            for name, wanted, found in zip(COLUMNS, self.books, self.mart, strict=True)
            if wanted != found
        ]
        return f"{self.day}: {', '.join(told) or 'equal'}"


def compare_with_books(shop: ShopSettings, warehouse: Warehouse, window: Window) -> list[DayOfBooks]:
    """Compare the days that rows written in the window can change and whose rows have all been loaded, in order.

    Raises:
        PlatformError: A table is not there.
    """
    happened = window.happened(shop.lateness_days)
    compared = []
    for complete in _complete(warehouse, happened, shop):
        written = Window(complete.start, complete.end + shop.lateness_days * ONE_DAY)
        books = ledger(shop, written).by_day
        mart = _mart(warehouse, complete)
        nothing = _amounts(Totals())
        compared += [DayOfBooks(day, _amounts(books[day]), mart.get(day, nothing)) for day in complete.days()]
    return compared


def _complete(warehouse: Warehouse, happened: Window, shop: ShopSettings) -> Iterator[Window]:
    """Yield the ranges of days whose rows, written up to the lateness limit after them, are all in staging."""
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
