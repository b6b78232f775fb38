"""The daily sales mart against the synthetic shop's ledger, computed in whole cents outside the pipeline."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ecommerce_pipeline.partitions import ONE_DAY, Days, Window
from ecommerce_pipeline.resources.postgres.apply import written_days
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.schema.dialects import within
from ecommerce_pipeline.schema.tables import BUSINESS_DATE
from ecommerce_pipeline.synthetic import ShopSettings
from ecommerce_pipeline.synthetic.changes import MOST_DAYS_MOVED
from ecommerce_pipeline.synthetic.ledger import Totals, ledger
from ecommerce_pipeline.synthetic.life import LONGEST_LIFE

COLUMNS = ("orders_sold", "units", "gross_amount", "discount_amount", "refund_amount", "net_amount", "shipping_amount")


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


def compare_with_ledger(
    shop: ShopSettings, postgres: PostgresResource, warehouse: Warehouse, days: Days
) -> list[DayTotals]:
    """Compare, in order, those of the days of which the source has all that the shop's application wrote so far.

    Raises:
        PlatformError: A table does not exist.
    """
    with postgres.connect() as connection:
        written = written_days(connection)
    complete = _complete(days, written, shop.start_date)
    if not complete:
        return []
    compared = Days.of(complete)
    totals = ledger(shop, compared, as_of=max(written), since=min(written)).by_day
    mart, nothing = _mart(warehouse, compared), _amounts(Totals())
    return [DayTotals(day, _amounts(totals[day]), mart.get(day, nothing)) for day in compared]


def _complete(days: Days, written: AbstractSet[date], start: date) -> list[date]:
    """Return the days whose orders, and the orders that they refund, have all of their life up to the newest day."""
    if not written:
        return []
    first, newest = min(written), max(written)
    span = Window(first, newest + ONE_DAY)
    gaps = [day for day in span.days() if day not in written]
    moved = timedelta(days=MOST_DAYS_MOVED)
    least = max(gaps) + timedelta(days=LONGEST_LIFE) + moved if gaps else first if first == start else first + moved
    return [day for day in days if day in written and day >= least]


def _mart(warehouse: Warehouse, days: Days) -> dict[date, tuple[Decimal, ...]]:
    rows = warehouse.query(
        f"SELECT {BUSINESS_DATE}, {', '.join(COLUMNS)} FROM {warehouse.schema_of('datamart')}.marts_sales_daily "  # noqa: S608
        f"WHERE {within(days)}"
    )
    return {row[BUSINESS_DATE]: tuple(Decimal(row[name]) for name in COLUMNS) for row in rows.to_pylist()}


def _amounts(totals: Totals) -> tuple[Decimal, ...]:
    net = totals.gross_cents - totals.discount_cents - totals.refund_cents
    cents = (totals.gross_cents, totals.discount_cents, totals.refund_cents, net, totals.shipping_cents)
    return (Decimal(totals.orders_sold), Decimal(totals.units), *(Decimal(amount) / 100 for amount in cents))
