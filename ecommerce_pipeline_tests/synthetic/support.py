"""Shared by the tests of the synthetic shop: a small lively shop, a database in memory, and a hash of content."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from ecommerce_pipeline.partitions import ONE_DAY, Window
from ecommerce_pipeline.schema.tables import EVENTS, TABLES, business_key, is_part_of_order
from ecommerce_pipeline.synthetic import ShopSettings, planted, snapshot, written

Row = dict[str, Any]

SMALL = ShopSettings(
    seed=7,
    start_date=date(2026, 2, 16),
    customers=50,
    products=30,
    stores=3,
    late_rate=0.06,
    change_rate=0.12,
    duplicate_rate=0.04,
    broken_rate=0.06,
)
DAYS = Window(date(2026, 2, 16), date(2026, 3, 13))


@dataclass
class Database:
    """A shop's database, to which the days of its life are applied in any order."""

    tables: dict[str, dict[int, list[Row]]] = field(default_factory=lambda: defaultdict(dict))
    deleted: dict[tuple[str, int], datetime] = field(default_factory=dict)

    def apply(self, table: str, rows: list[Row], deleted: list[Row]) -> None:
        key, there = business_key(TABLES[table]), self.tables[table]
        for gone in deleted:
            self.deleted[table, gone["key"]] = gone["deleted_at"]
            if there.get(gone["key"], [{"updated_at": gone["deleted_at"]}])[0]["updated_at"] <= gone["deleted_at"]:
                there.pop(gone["key"], None)
        versions = defaultdict(list)
        for row in rows:
            versions[row[key]].append(row)
        for number, newest in versions.items():
            [time] = {row["updated_at"] for row in newest}
            old = there[number][0]["updated_at"] if number in there else None
            gone_at = self.deleted.get((table, number))
            if (old is None or old <= time) and (gone_at is None or gone_at < time):
                there[number] = newest

    def rows(self, table: str) -> list[Row]:
        """All rows by key, copies too."""
        return [row for _, rows in sorted(self.tables[table].items()) for row in rows]

    def by_day(self, table: str, zone: str) -> dict[date, list[Row]]:
        """All rows by business day, computed here a second time."""
        days = {key: day_of(rows[0]["created_at"], zone) for key, rows in self.tables["transactions"].items()}
        found: dict[date, list[Row]] = defaultdict(list)
        for row in self.rows(table):
            own = day_of(row["created_at"], zone)
            found[days.get(row["transaction_id"], own) if is_part_of_order(TABLES[table]) else own].append(row)
        return found


@lru_cache(maxsize=2048)
def of_day(settings: ShopSettings, table: str, day: date) -> tuple[list[Row], list[Row]]:
    """Return the rows and the deletions of a day of the shop's life."""
    found = written(settings, table, day)
    return found.rows.to_pylist(), found.deleted.to_pylist()


def lived(settings: ShopSettings, days: Iterable[date], tables: Iterable[str] = EVENTS) -> Database:
    """Return the database after these days of the shop's life."""
    database = Database()
    for day in days:
        for table in tables:
            database.apply(table, *of_day(settings, table, day))
    return database


@dataclass(frozen=True)
class Month:
    """What the small shop wrote in DAYS, the database after it, and what was planted in it."""

    rows: dict[str, list[Row]]
    database: Database
    planted: dict[str, dict[int, list[str]]]

    def reasons(self, table: str, row: Row) -> list[str]:
        return self.planted[table].get(row[key_of(table)], [])

    def valid(self, table: str) -> dict[int, Row]:
        """The rows that are there in the end, without broken ones, by key."""
        broken = {key for key, reasons in self.planted[table].items() if BROKEN & {*reasons}}
        return {key: rows[0] for key, rows in self.database.tables[table].items() if key not in broken}


BROKEN = {
    "impossible_date", "conflicting_duplicate", "bad_funnel", "bad_amount", "bad_quantity",
    "bad_rating", "bad_sentiment",
}  # fmt: skip


def month_of(settings: ShopSettings, window: Window) -> Month:
    rows = {table: [row for day in window.days() for row in of_day(settings, table, day)[0]] for table in EVENTS}
    found: dict[str, dict[int, list[str]]] = {table: defaultdict(list) for table in EVENTS}
    for table in EVENTS:
        for day in window.days():
            for each in planted(settings, table, day):
                found[table][each.key].append(each.reason)
    return Month(rows, lived(settings, window.days()), {table: dict(keys) for table, keys in found.items()})


def key_of(table: str) -> str:
    return business_key(TABLES[table])


def day_of(instant: datetime, zone: str = "UTC") -> date:
    return instant.astimezone(UTC if zone == "UTC" else ZoneInfo(zone)).date()


def days_between(first: datetime, second: datetime) -> int:
    return (day_of(second) - day_of(first)) // ONE_DAY


def keys(settings: ShopSettings, table: str, day: date) -> set[int]:
    return set(snapshot(settings, table, day)[key_of(table)].to_pylist())


def content_hash(settings: ShopSettings, tables: Iterable[str], days: Iterable[date]) -> str:
    """Hash the values, independent of Arrow's memory layout."""
    digest = hashlib.sha256()
    for day in days:
        for table in tables:
            if table in EVENTS:
                found = written(settings, table, day)
                rows = [*found.rows.to_pylist(), *found.deleted.to_pylist()]
            else:
                rows = snapshot(settings, table, day).to_pylist()
            for row in rows:
                digest.update("|".join(map(str, row.values())).encode())
    return digest.hexdigest()
