"""What staging has: the rows of days as they were reconciled, their keys, and the times of their changes."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from ecommerce_pipeline.errors import NotBuiltError
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.quality.layers import STAGING
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.schema.dialects import literal, within
from ecommerce_pipeline.schema.tables import BUSINESS_DATE, TABLES, UPDATED_AT, business_key, reconciliation

KEYS_AT_ONCE: Final = 5_000


def loaded_days(warehouse: Warehouse) -> set[date]:
    """Return the days that staging has."""
    try:
        rows = warehouse.read(reconciliation, STAGING, None, [BUSINESS_DATE]).to_pylist()
    except NotBuiltError:
        return set()
    return {row[BUSINESS_DATE] for row in rows}


def rows_loaded(warehouse: Warehouse, days: Days) -> dict[tuple[str, date], tuple[int, str]]:
    """Return the rows and the checksum of what staging has, by table and day."""
    columns = ["table_name", BUSINESS_DATE, "rows_staging", "checksum_staging"]
    try:
        rows = warehouse.read(reconciliation, STAGING, days, columns).to_pylist()
    except NotBuiltError:
        return {}
    return {(row["table_name"], row[BUSINESS_DATE]): (row["rows_staging"], row["checksum_staging"]) for row in rows}


def newest_rows(warehouse: Warehouse, names: Sequence[str]) -> list[tuple[int, datetime | None]]:
    """Return, of each dimension in staging, the number of rows and the time of the newest change."""
    relations = [f"{warehouse.schema_of(STAGING)}.{name}" for name in names]
    statements = [f"SELECT count(*) AS rows_, max({UPDATED_AT}) AS newest FROM {relation}" for relation in relations]  # noqa: S608
    return [(row["rows_"], row["newest"]) for rows in warehouse.queries(statements) for row in rows.to_pylist()]


def days_with_keys(warehouse: Warehouse, name: str, key: str, keys: list[Any]) -> set[date]:
    """Return the days of which staging has rows with these keys.

    A row may have been moved to another day, or to another order, or its order may have come after it.
    """
    return {row[BUSINESS_DATE] for row in values_with_keys(warehouse, name, [BUSINESS_DATE], key, keys)}


def changed_rows_loaded(warehouse: Warehouse, starts: Mapping[str, datetime]) -> dict[str, Counter[tuple[Any, Any]]]:
    """Return, by table, the rows of staging that changed since a time, as `changed_rows` does those of the source."""
    written = warehouse.dialect.micros.format(UPDATED_AT)
    statements = [
        f"SELECT {business_key(TABLES[name])} AS key_, {written} AS written "  # noqa: S608 - names of the contract
        f"FROM {warehouse.schema_of(STAGING)}.{name} "
        f"WHERE {BUSINESS_DATE} IS NOT NULL AND {written} >= {_micros(start)}"
        for name, start in starts.items()
    ]
    try:
        found = warehouse.queries(statements) if statements else []
    except NotBuiltError:
        return {}
    return {
        name: Counter(zip(rows["key_"].to_pylist(), rows["written"].to_pylist(), strict=True))
        for name, rows in zip(starts, found, strict=True)
    }


def values_with_keys(
    warehouse: Warehouse, name: str, columns: Sequence[str], key: str, keys: list[Any], *, days: Days | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the values of the columns in rows with one of the keys."""
    of_days = within(days) if days else f"{BUSINESS_DATE} IS NOT NULL"
    statements = [
        f"SELECT DISTINCT {', '.join(columns)} FROM {warehouse.schema_of(STAGING)}.{name} WHERE {of_days} "  # noqa: S608 - names of the contract
        f"AND {key} IN ({', '.join(map(literal, keys[start : start + KEYS_AT_ONCE]))})"
        for start in range(0, len(keys), KEYS_AT_ONCE)
    ]
    try:
        for rows in warehouse.queries(statements) if statements else ():
            yield from rows.to_pylist()
    except NotBuiltError:
        return


def _micros(time: datetime) -> int:
    return (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
