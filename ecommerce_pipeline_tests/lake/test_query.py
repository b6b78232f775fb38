"""Objects that are missing, corrupt or of another schema are named, with the asset to materialize."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ecommerce_pipeline.assets.stamps import shop_settings
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.lake.query import OBJECT_DAY, OBJECTS, query_objects
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.object_store.folder import FolderStore
from ecommerce_pipeline.schema.tables import STAGING
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline_tests.support.marts import staged_rows

DAYS = Days.of_keys("2026-03-02", "2026-03-04")
REFUNDS = STAGING["refunds"]
COUNTS = f"SELECT {OBJECT_DAY}, COUNT(*) FROM {OBJECTS} GROUP BY ALL ORDER BY ALL"


@pytest.fixture
def rows() -> dict[date, pa.Table]:
    shop = shop_settings(Settings.from_environment({}))
    return {day: staged_rows(shop, REFUNDS.name, day, DAYS.last) for day in DAYS}


@pytest.fixture
def lake(tmp_path: Path, rows: dict[date, pa.Table]) -> FolderStore:
    for day, table in rows.items():
        file = object_of(tmp_path, day)
        file.parent.mkdir(parents=True)
        pq.write_table(table, file)
    return FolderStore(folder=str(tmp_path))


def object_of(folder: Path, day: date) -> Path:
    return folder / REFUNDS.name / f"date={day}" / "part-0.parquet"


def test_rows_have_the_day_of_their_object(lake: FolderStore, rows: dict[date, pa.Table]) -> None:
    # The second day's object holds the rows of the first.
    first, second, third = rows
    object_of(Path(lake.folder), second).write_bytes(object_of(Path(lake.folder), first).read_bytes())
    assert query_objects(lake, REFUNDS, DAYS, COUNTS) == [
        (first, rows[first].num_rows),
        (second, rows[first].num_rows),
        (third, rows[third].num_rows),
    ]


def test_an_object_with_other_columns_is_refused_or_left_out(lake: FolderStore, rows: dict[date, pa.Table]) -> None:
    first, second, third = rows
    pq.write_table(rows[second].drop_columns("quantity"), object_of(Path(lake.folder), second))
    with pytest.raises(
        PlatformError, match=rf"lake/refunds of {second} does not match the contract: column quantity .* missing"
    ):
        query_objects(lake, REFUNDS, DAYS, COUNTS)
    mismatches: dict[date | None, list[str]] = {}
    assert [day for day, _ in query_objects(lake, REFUNDS, DAYS, COUNTS, mismatches.__setitem__)] == [first, third]
    assert list(mismatches) == [second]


@pytest.mark.parametrize("part", ["rows", "end"])
def test_a_corrupt_object_is_named(lake: FolderStore, part: str) -> None:
    damaged = object_of(Path(lake.folder), date(2026, 3, 3))
    content = damaged.read_bytes()
    damaged.write_bytes(content[:4] + bytes(len(content) // 2) + content[4 + len(content) // 2 :])
    if part == "end":
        damaged.write_bytes(content[: len(content) // 2])
    with pytest.raises(PlatformError, match=r"date=2026-03-03/part-0.parquet is corrupt .* lake/refunds of 2026-03-03"):
        query_objects(lake, REFUNDS, DAYS, COUNTS)


def test_a_missing_object_is_named(lake: FolderStore) -> None:
    object_of(Path(lake.folder), date(2026, 3, 4)).unlink()
    with pytest.raises(PlatformError, match="lake/refunds of 2026-03-04 has no object"):
        query_objects(lake, REFUNDS, DAYS, COUNTS)


def test_an_invalid_query_is_not_reported_as_a_corrupt_object(lake: FolderStore) -> None:
    with pytest.raises(Exception, match="no_such_column"):
        query_objects(lake, REFUNDS, DAYS, f"SELECT no_such_column FROM {OBJECTS}")
