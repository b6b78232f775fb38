"""A digest changes with every change of content, and with nothing else; the same in every dialect (test_verify)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, MetaData, Numeric, Table, Text

from ecommerce_pipeline.quality.digest import Digest, digests, read_digests
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.dialects import DUCKDB
from ecommerce_pipeline.schema.keys import Key

TABLE = Table(
    "things",
    MetaData(),
    Column("thing_id", BigInteger()),
    Column("title", Text()),
    Column("note", Text()),
    Column("price", Numeric(12, 2)),
    Column("is_new", Boolean()),
    Column("made_on", Date()),
    Column("updated_at", DateTime(timezone=True)),
    info={"kind": "dimension", "key": "thing_id"},
)
ROW: dict[str, Any] = {
    "thing_id": 1,
    "title": "a|1:b",
    "note": None,
    "price": Decimal("12.30"),
    "is_new": True,
    "made_on": date(2026, 3, 1),
    "updated_at": datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC),
}
OTHER = ROW | {"thing_id": 2, "title": "Grüße, 🛒"}


TIED = Table(
    "ties",
    MetaData(),
    Column("tie_id", Key()),
    Column("thing_id", Key()),
    info={"kind": "dimension", "key": "tie_id"},
)


def digest(rows: Sequence[dict[str, Any]], table: Table = TABLE) -> Digest:
    things = pa.Table.from_pylist(list(rows), schema=arrow_schema(table))
    with duckdb.connect() as connection:
        connection.register("things", things)
        return read_digests(table, connection.execute(digests(DUCKDB, table, "things", None)).fetchall())[None]


def test_order_does_not_matter_and_copies_do() -> None:
    assert digest([ROW, OTHER]) == digest([OTHER, ROW])
    assert digest([ROW, ROW]) != digest([ROW])
    assert digest([ROW, ROW]) != digest([OTHER, OTHER])
    assert digest([ROW, OTHER]).amounts == (2460,)
    assert digest([]) == Digest(rows=0, checksum="0-0", amounts=(0,))


@pytest.mark.parametrize(
    "change",
    [
        {"thing_id": 10},
        {"title": "a|1:c"},
        {"title": None},
        {"title": ""},
        {"note": "-"},
        {"note": "b", "title": "a|1:"},
        {"price": Decimal("12.31")},
        {"price": None},
        {"is_new": False},
        {"made_on": date(2026, 3, 2)},
        {"updated_at": datetime(2026, 3, 1, 12, 0, 0, 123457, tzinfo=UTC)},
    ],
    ids=str,
)
def test_every_change_of_a_value_changes_the_checksum(change: dict[str, Any]) -> None:
    assert digest([ROW | change]).checksum != digest([ROW]).checksum


def test_values_that_move_between_columns_change_the_checksum() -> None:
    assert digest([ROW | {"title": "x", "note": "y"}]).checksum != digest([ROW | {"title": "y", "note": "x"}]).checksum


@pytest.mark.parametrize("other", [("a", "b|1:c"), ("a|1:b", None), ("a|1:b", "-")], ids=str)
def test_keys_that_are_texts_are_told_apart_whatever_their_characters(
    text_keys: None, other: tuple[str, str | None]
) -> None:
    one, another = (dict(zip(("tie_id", "thing_id"), keys, strict=True)) for keys in (("a|1:b", "c"), other))
    assert digest([one], TIED).checksum != digest([another], TIED).checksum
    # Without the length in front they would be one text.
    first, second = ({"tie_id": tie, "thing_id": thing} for tie, thing in (("a|b", "c"), ("a", "b|c")))
    assert digest([first], TIED).checksum != digest([second], TIED).checksum
