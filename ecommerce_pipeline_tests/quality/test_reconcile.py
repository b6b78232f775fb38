"""Rows that two layers do not share are counted and named; with the real layers in integration/test_verify.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from sqlalchemy import Table

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.quality.digest import Query
from ecommerce_pipeline.quality.reconcile import KEYS_SHOWN, changed_since_read, difference, reconcile
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.dialects import DUCKDB
from ecommerce_pipeline.schema.tables import STAGING, TABLES
from ecommerce_pipeline_tests.support.rows import instants, staged_lines

FIRST, SECOND = "2026-03-01", "2026-03-02"
DAYS = Days.of_keys(FIRST, SECOND)
NAMES = ("source", "lake", "staging")
LINES, STORES = STAGING["transaction_items"], TABLES["stores"]


@dataclass(frozen=True)
class InMemory:
    """A layer whose rows are in memory."""

    name: str
    rows: pa.Table

    def ask(self, query: Query, table: Table, days: Days | None) -> Sequence[Sequence[Any]]:
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.register("rows", self.rows)
            return connection.execute(query(DUCKDB, table, "rows", days)).fetchall()


def layers(rows: pa.Table, **others: pa.Table) -> list[InMemory]:
    """Return layers with the same rows, or others."""
    return [InMemory(name, others.get(name, rows)) for name in NAMES]


ROWS = staged_lines(instants(FIRST, 4) + instants(SECOND, 3))


def changed(rows: pa.Table, position: int, column: str, value: object) -> pa.Table:
    values = rows.to_pylist()
    values[position][column] = value
    return pa.Table.from_pylist(values, schema=rows.schema)


def unequal(found: Sequence[InMemory]) -> Mapping[str, str]:
    """Return the differences by day."""
    comparisons = reconcile([LINES], DAYS, found)[LINES.name]
    assert [str(one.day) for one in comparisons] == [FIRST, SECOND]
    return {str(one.day): difference(LINES, one, found) for one in comparisons if not one.equal}


def test_equal_layers_have_no_difference_on_any_day() -> None:
    assert unequal(layers(ROWS)) == {}
    assert unequal(layers(ROWS.schema.empty_table())) == {}


def test_a_value_that_changed_is_found_though_the_counts_are_equal() -> None:
    first = f"1 (updated_at {FIRST} 00:00:00.000000)"
    assert unequal(layers(ROWS, staging=changed(ROWS, 0, "quantity", 3))) == {
        FIRST: f"transaction_items of {FIRST}: lake has 4 rows, staging 4; only in lake: transaction_item_id {first}; "
        f"only in staging: transaction_item_id {first}"
    }


def test_rows_that_were_lost_or_doubled_are_named_between_the_layers_where_it_happened() -> None:
    found = unequal(
        layers(ROWS, source=ROWS, lake=ROWS.slice(0, 6), staging=pa.concat_tables([ROWS, ROWS.slice(0, 1)]))
    )
    first = f"transaction_item_id 1 (updated_at {FIRST} 00:00:00.000000)"
    last = f"transaction_item_id 7 (updated_at {SECOND} 23:59:59.999999)"
    assert found == {
        FIRST: f"transaction_items of {FIRST}: lake has 4 rows, staging 5; only in staging: {first}",
        SECOND: f"transaction_items of {SECOND}: source has 3 rows, lake 2; only in source: {last}. "
        f"lake has 2 rows, staging 3; only in staging: {last}",
    }


def test_only_the_first_keys_are_named_and_the_others_counted() -> None:
    many = staged_lines(instants(FIRST, KEYS_SHOWN + 1_001))
    found = unequal(layers(many, staging=many.schema.empty_table()))
    assert found[FIRST].count("updated_at") == KEYS_SHOWN
    assert found[FIRST].endswith(" and 1,001 more")


def stores(*updated: datetime) -> pa.Table:
    row = {"code": "S", "store_name": "x", "country": "XX", "region": "x", "city": "x", "floor_area_m2": 1}
    rows = [
        row | {"store_id": key, "opened_on": date(2020, 1, 1), "updated_at": at} for key, at in enumerate(updated, 1)
    ]
    return pa.Table.from_pylist(rows, schema=arrow_schema(STORES))


BEFORE = datetime(2026, 3, 1, tzinfo=UTC)


LATER = BEFORE + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("source", "lake", "changed"),
    [
        ((BEFORE, LATER), (BEFORE, BEFORE), True),
        ((BEFORE, BEFORE, LATER), (BEFORE, BEFORE), True),
        ((BEFORE,), (BEFORE, BEFORE), True),
        ((), (BEFORE, BEFORE), True),
        ((BEFORE, BEFORE, BEFORE), (BEFORE, BEFORE), False),
        ((BEFORE, BEFORE), (BEFORE, LATER), False),
        ((BEFORE, LATER, LATER), (BEFORE, BEFORE), True),
        ((BEFORE, BEFORE, LATER), (BEFORE, LATER), False),
    ],
    ids=[
        "a newer version",
        "a new row",
        "a row that was deleted",
        "no rows",
        "a row that was never read",
        "an older version",
        "a newer version and a new row",
        "a row that was swallowed",
    ],
)
def test_only_what_the_shop_may_have_done_since_excuses_a_difference(
    source: tuple[datetime, ...], lake: tuple[datetime, ...], changed: bool
) -> None:
    found = layers(stores(*lake), source=stores(*source))
    [comparison] = reconcile([STORES], DAYS, found)[STORES.name]
    assert (comparison.day, comparison.equal) == (None, False)
    assert comparison.read_alike
    assert changed_since_read(STORES, comparison, found) is changed
    expected = f"stores: source has {len(source)} rows, lake {len(lake)}; "
    assert difference(STORES, comparison, found).startswith(expected)


@pytest.mark.parametrize(
    ("source", "lake"),
    [(ROWS, pa.concat_tables([ROWS, ROWS.slice(0, 1)])), (pa.concat_tables([ROWS, ROWS.slice(0, 1)]), ROWS)],
    ids=["more often in the lake", "more often in the source"],
)
def test_a_row_that_is_there_more_often_in_one_layer_is_no_change_of_the_shop(source: pa.Table, lake: pa.Table) -> None:
    found = layers(lake, source=source)
    first, _ = reconcile([LINES], DAYS, found)[LINES.name]
    assert not first.equal
    assert not changed_since_read(LINES, first, found)
