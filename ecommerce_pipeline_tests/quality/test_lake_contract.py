"""Breaches of the contract in a lake object are found and counted, with and without statistics in its footer."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from ecommerce_pipeline.assets.stamps import shop_settings
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.io_managers.lake import write_parquet
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.quality.lake_contract import breaches
from ecommerce_pipeline.resources.object_store.folder import FolderStore
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.tables import BUSINESS_DATE, STAGING, products
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.synthetic import snapshot
from ecommerce_pipeline_tests.support.marts import staged_rows

FIRST, SECOND, THIRD = (date(2026, 3, day) for day in (2, 3, 4))
DAYS = Days.of((FIRST, SECOND))
REFUNDS = STAGING["refunds"]
SHOP = shop_settings(Settings.from_environment({"PRODUCTS": "500"}))


def refunds_of(day: date) -> pa.Table:
    """Return the rows of a day as the lake has them."""
    return staged_rows(SHOP, REFUNDS.name, day, THIRD)


@pytest.fixture
def lake(tmp_path: Path) -> FolderStore:
    store = FolderStore(folder=str(tmp_path))
    for day in DAYS:
        rows = refunds_of(day)
        with store.writing(f"refunds/date={day}/part-0.parquet") as file:
            write_parquet(file, rows.schema, rows.to_batches())
    return store


def put(lake: FolderStore, rows: pa.Table, *, statistics: bool = True) -> None:
    """Replace the second day's object as another writer would write it."""
    pq.write_table(rows, Path(lake.folder) / f"refunds/date={SECOND}/part-0.parquet", write_statistics=statistics)


def found_breaches(lake: FolderStore) -> list[str]:
    return list(breaches(lake, REFUNDS, DAYS))


def with_nulls(rows: pa.Table) -> pa.Table:
    """Return the rows without the money of the first three."""
    amounts = pc.if_else(pa.array([row < 3 for row in range(rows.num_rows)]), None, rows["goods_amount"])
    position = rows.schema.get_field_index("goods_amount")
    return rows.set_column(position, pa.field("goods_amount", rows.schema.field("goods_amount").type), amounts)


def test_objects_that_the_lake_wrote_have_no_breaches(lake: FolderStore) -> None:
    assert found_breaches(lake) == []


def test_a_day_without_rows_has_no_breaches(lake: FolderStore) -> None:
    put(lake, arrow_schema(REFUNDS).empty_table())
    assert found_breaches(lake) == []


@pytest.mark.parametrize("statistics", [True, False])
def test_nulls_that_the_contract_forbids_are_counted(lake: FolderStore, statistics: bool) -> None:
    put(lake, with_nulls(refunds_of(SECOND)), statistics=statistics)
    assert found_breaches(lake) == [f"refunds of {SECOND}: 3 rows without goods_amount, which must not be null"]


@pytest.mark.parametrize("other", [FIRST, THIRD], ids=["before", "after"])
@pytest.mark.parametrize("statistics", [True, False])
def test_rows_of_another_day_are_counted(lake: FolderStore, statistics: bool, other: date) -> None:
    right, wrong = (refunds_of(day) for day in (SECOND, other))
    put(lake, pa.concat_tables([right, wrong.slice(0, 2)]), statistics=statistics)
    assert found_breaches(lake) == [f"refunds of {SECOND}: 2 rows of another day"]


def test_an_object_without_statistics_is_read_and_has_no_breaches(lake: FolderStore) -> None:
    put(lake, refunds_of(SECOND), statistics=False)
    assert found_breaches(lake) == []


def test_columns_that_are_missing_or_of_another_type_are_named(lake: FolderStore) -> None:
    rows = refunds_of(SECOND).drop_columns("reason")
    position = rows.schema.get_field_index(BUSINESS_DATE)
    put(lake, rows.set_column(position, BUSINESS_DATE, rows[BUSINESS_DATE].cast(pa.timestamp("ms"))))
    assert found_breaches(lake) == [
        f"refunds of {SECOND}: column reason (string) is missing",
        f"refunds of {SECOND}: column {BUSINESS_DATE} is timestamp[ms], the contract says date32[day]",
    ]


def test_a_missing_object_is_named_with_its_asset(lake: FolderStore) -> None:
    (Path(lake.folder) / f"refunds/date={SECOND}/part-0.parquet").unlink()
    with pytest.raises(PlatformError, match=rf"lake/refunds of {SECOND} has no object at .*: materialize lake/refunds"):
        found_breaches(lake)


def test_a_duplicate_key_in_a_dimension_is_counted(lake: FolderStore) -> None:
    rows = snapshot(SHOP, products.name, FIRST)
    with lake.writing("products/part-0.parquet") as file:
        write_parquet(file, rows.schema, [*rows.to_batches(), *rows.slice(0, 4).to_batches()])
    assert list(breaches(lake, products, None)) == ["products: 4 rows with a product_id that another row has too"]
