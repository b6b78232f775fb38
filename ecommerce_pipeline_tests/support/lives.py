"""How the rows of a shop change while the platform runs, and the warehouse that must come of it in the end."""

import random
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from ecommerce_pipeline.schema.tables import TABLES, business_key
from ecommerce_pipeline.targets import postgres
from ecommerce_pipeline_tests.support.platform import Platform

UNKNOWN: Final = -2
"""The key of the member that stands for an unknown product."""
OF_PRODUCT: Final = {"product_name", "category", "subcategory", "brand"}
"""Columns that a dimension's row decides."""
OF_VERSION: Final = {
    *("loyalty_tier", "customer_country", "unit_cost", "is_earliest_cost", "cost_amount", "margin_amount"),
    *("net_amount_with_cost", "units_without_cost", "units_at_earliest_cost"),
    *("sales_margin_amount", "sales_with_cost_amount", "refund_with_cost_amount"),
}
"""Columns that the version of a customer or product decides that was seen when the day was built."""
BY_VERSION: Final = {
    "datamart.marts_sales_as_known": ("business_date", "known_date", "channel"),
    "datamart.marts_unit_economics_daily": ("business_date", "channel", "device"),
    "datamart.marts_channel_store_daily": ("business_date", "channel", "store_id", "device"),
    "datamart.marts_payment_channel_daily": ("business_date", "channel", "payment_method_id", "device"),
    "datamart.marts_customer_daily": ("business_date", "channel", "device"),
}
"""Marts by category or country, which a version decides, with their other keys."""
Rows = dict[str, list[dict[str, object]]]
"""The rows of a warehouse by table."""

ROWS_CHANGED: Final = 5
"""Of each kind, each time."""

_LATER: Final = "updated_at = clock_timestamp()"
_CANCEL: Final = f"status = 'cancelled', cancelled_at = created_at, {_LATER}"
_MOVE: Final = f"created_at = created_at + INTERVAL '1 day', {_LATER}"
_CHANGES: Final = {
    "transactions": (_CANCEL, _MOVE, None),
    "transaction_items": (f"quantity = quantity + 1, gross_amount = (quantity + 1) * unit_price, {_LATER}", None),
    "payment_attempts": (f"status = 'declined', {_LATER}",),
    "refunds": (f"goods_amount = 0.01, {_LATER}", None),
    "customers": (f"city = 'Elsewhere', {_LATER}",),
}
"""What a table's rows are set to; None deletes them."""


def change_rows(platform: Platform, chance: random.Random) -> None:
    """Cancel, move, edit and delete random rows of the shop, in a transaction."""
    with platform.source() as connection:
        for table, changes in _CHANGES.items():
            name, key = f"ecommerce.{table}", business_key(TABLES[table])
            for change in changes:
                keys = [of for (of,) in connection.execute(f"SELECT DISTINCT {key} FROM {name} ORDER BY 1").fetchall()]
                where = f"WHERE {key} = ANY(%(keys)s)"
                # What is recorded as deleted is not written again with its day of life.
                deletion = f"""
                    WITH gone AS (DELETE FROM {name} {where} RETURNING {key})
                    INSERT INTO ecommerce.deleted_rows SELECT DISTINCT '{table}', {key}, now() FROM gone
                """
                statement = f"UPDATE {name} SET {change} {where}" if change else deletion
                connection.execute(statement, {"keys": chance.sample(keys, min(ROWS_CHANGED, len(keys)))})


def delete_a_tenth(
    platform: Platform, chance: random.Random, tables: Sequence[str] = ("customers", "products")
) -> None:
    """Delete a tenth of the rows of dimensions, whoever names them."""
    with platform.source() as connection:
        for table in tables:
            key = business_key(TABLES[table])
            connection.execute(f"DELETE FROM ecommerce.{table} WHERE {key} %% 10 = %s", [chance.randrange(10)])


def built_at_once(platform: Platform, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """Return another platform, local, with a warehouse that was built in one run from the same database."""
    address = postgres(platform.settings).address()
    monkeypatch.setenv("POSTGRES_PASSWORD", address.password)
    server = {"HOST": address.host, "PORT": str(address.port), "DB": address.database, "USER": address.user}
    same_shop = {name: value for name, value in platform.environment.items() if name in {"SEED", "START_DATE"}}
    at_once = Platform(folder, same_shop | {f"POSTGRES_{name}": value for name, value in server.items()})
    at_once.run_changed()
    return at_once


def comparable_rows(platform: Platform) -> Rows:
    """Return the rows of the warehouse without what depends on which versions of dimensions it has seen.

    These are the versions, dimensions' rows that the shop has deleted, and what facts and marts have of them. Forecasts
    are a record of what was known when they were made.
    """
    rows = {name: found for name, found in platform.rows().items() if not name.startswith("forecast.")}
    for name in [name for name in rows if name.startswith("core.dim_")]:
        is_history = name.endswith("_history")
        rows[name] = [] if is_history else [row for row in rows[name] if row.get("deleted_at") is None]
    there = {row["product_id"] for row in rows["core.dim_product"]}
    for name in [name for name in rows if name.startswith(("core.fact_", "datamart."))]:
        for row in rows[name]:
            is_lost = row.get("product_id", UNKNOWN) not in there
            row.update(dict.fromkeys(row.keys() & (OF_VERSION | OF_PRODUCT if is_lost else OF_VERSION)))
        rows[name].sort(key=repr)
    for name, keys in BY_VERSION.items():
        rows[name] = summed(rows[name], keys)
    return rows


def summed(rows: list[dict[str, object]], keys: tuple[str, ...]) -> list[dict[str, object]]:
    """Return the sums by these keys."""
    sums: dict[tuple[object, ...], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows:
        cell = sums[tuple(row[key] for key in keys)]
        for name in row.keys() - {*keys, "category"} - OF_VERSION:
            cell[name] += Decimal(str(row[name]))
    return [{"cell": cell, "sums": dict(sums[cell])} for cell in sorted(sums, key=repr) if any(sums[cell].values())]
