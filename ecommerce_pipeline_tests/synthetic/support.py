"""Shared by the tests of the synthetic shop: a small shop, its rows as Python values, and a hash of their content."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.schema.tables import EVENTS, TABLES, business_key
from ecommerce_pipeline.synthetic import Planted, ShopSettings, generate, planted, snapshot

Row = dict[str, Any]

SMALL = ShopSettings(
    seed=7,
    start_date=date(2026, 2, 16),
    customers=50,
    products=30,
    stores=3,
    late_rate=0.06,
    duplicate_rate=0.04,
    broken_rate=0.06,
)
DAYS = Window(date(2026, 2, 16), date(2026, 3, 13))


@dataclass(frozen=True)
class Month:
    """All rows of the small shop written in DAYS, and their defects."""

    rows: dict[str, list[Row]]
    planted: dict[str, dict[tuple[int, datetime], str]]

    def reason(self, table: str, row: Row) -> str | None:
        return self.planted[table].get((row[key_of(table)], row["recorded_at"]))

    def unbroken(self, table: str) -> list[Row]:
        """The real rows and their exact copies."""
        return [row for row in self.rows[table] if self.reason(table, row) in (None, "exact_duplicate")]

    def clean(self, table: str) -> list[Row]:
        """The real rows, once each."""
        return [row for row in self.rows[table] if self.reason(table, row) is None]


def month_of(settings: ShopSettings, window: Window) -> Month:
    rows: dict[str, list[Row]] = {table: [] for table in EVENTS}
    found: dict[str, list[Planted]] = {table: [] for table in EVENTS}
    for table in EVENTS:
        for day in window.days():
            rows[table] += generate(settings, table, day).to_pylist()
            found[table] += planted(settings, table, day)
    named = {table: {(each.key, each.recorded_at): each.reason for each in found[table]} for table in EVENTS}
    assert all(len(named[table]) == len(found[table]) for table in EVENTS)
    return Month(rows, named)


def key_of(table: str) -> str:
    return business_key(TABLES[table])


def day_of(instant: datetime) -> date:
    return instant.astimezone(UTC).date()


def days_between(first: datetime, second: datetime) -> int:
    return (day_of(second) - day_of(first)) // timedelta(days=1)


def keys(settings: ShopSettings, table: str, day: date) -> set[int]:
    return set(snapshot(settings, table, day)[key_of(table)].to_pylist())


def content_hash(settings: ShopSettings, tables: Iterable[str], days: Iterable[date]) -> str:
    """Hash the values, independent of Arrow's memory layout."""
    digest = hashlib.sha256()
    for day in days:
        for table in tables:
            rows_of = generate if table in EVENTS else snapshot
            for row in rows_of(settings, table, day).to_pylist():
                digest.update("|".join(map(str, row.values())).encode())
    return digest.hexdigest()
