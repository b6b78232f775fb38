from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dagster import AssetKey, BackfillPolicy, DailyPartitionsDefinition, asset, materialize
from sqlalchemy import BigInteger, Numeric, Text

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.instance.run_tags import RANGE_END_TAG, RANGE_START_TAG
from ecommerce_pipeline.io_managers.warehouse import WarehouseIOManager
from ecommerce_pipeline.partitions import ONE_DAY, Days
from ecommerce_pipeline.resources.object_store.folder import FolderStore
from ecommerce_pipeline.resources.warehouse import Writer
from ecommerce_pipeline.resources.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecommerce_pipeline.resources.warehouse.evolve import changes, contract_columns, follow
from ecommerce_pipeline.schema.duckdb import duckdb_type
from ecommerce_pipeline.schema.forecasts import sales_daily
from ecommerce_pipeline.schema.tables import AMOUNT, STAGING
from ecommerce_pipeline_tests.support.rows import instants, staged_lines

LINES = STAGING["transaction_items"]
WRITER = Writer("staging/transaction_items", "run")
TABLE = ("staging", "transaction_items")
CONTRACT = contract_columns(LINES)
DAY = Days.of_keys("2026-03-01", "2026-03-01")


@pytest.fixture
def warehouse(tmp_path: Path) -> DuckDBWarehouse:
    return DuckDBWarehouse(path=str(tmp_path / "warehouse.duckdb"))


def objects(folder: Path, rows: pa.Table, name: str) -> list[str]:
    path = folder / f"{name}.parquet"
    pq.write_table(rows, path)
    return [str(path)]


def load(warehouse: DuckDBWarehouse, folder: Path, rows: pa.Table, days: Sequence[str]) -> int:
    uris = objects(folder, rows, "-".join(days))
    return warehouse.replace(
        LINES, "staging", uris, rows.num_rows, days=Days.parse(", ".join(days)), writer=WRITER
    ).rows


def content(warehouse: DuckDBWarehouse, days: Sequence[str] | None = None) -> pa.Table:
    rows = warehouse.read(LINES, "staging", Days.parse(", ".join(days)) if days else None)
    return rows.sort_by([("business_date", "ascending"), ("transaction_item_id", "ascending")])


def test_rerunning_a_day_replaces_it_and_leaves_its_neighbours_alone(
    warehouse: DuckDBWarehouse, tmp_path: Path
) -> None:
    first = staged_lines(instants("2026-03-01", 5) + instants("2026-03-02", 5) + instants("2026-03-03", 5))
    assert load(warehouse, tmp_path, first, ["2026-03-01 to 2026-03-03"]) == 15
    second = staged_lines(instants("2026-03-02", 2), first_key=100)
    for _ in range(2):
        assert load(warehouse, tmp_path, second, ["2026-03-02"]) == 12
    assert content(warehouse, ["2026-03-01"]).num_rows == 5
    assert content(warehouse, ["2026-03-02"])["transaction_item_id"].to_pylist() == [100, 101]
    assert content(warehouse, ["2026-03-03"]).num_rows == 5
    ends = staged_lines(instants("2026-03-01", 1) + instants("2026-03-03", 3), first_key=200)
    assert load(warehouse, tmp_path, ends, ["2026-03-01", "2026-03-03"]) == 6
    assert content(warehouse, ["2026-03-02 to 2026-03-03"])["transaction_item_id"].to_pylist() == [
        100,
        101,
        201,
        202,
        203,
    ]


def test_days_in_any_order_or_at_once_give_the_same_rows(tmp_path: Path) -> None:
    days = ["2026-03-01", "2026-03-02", "2026-03-03"]
    rows = {day: staged_lines(instants(day, 3), first_key=10 * position) for position, day in enumerate(days)}
    at_once = DuckDBWarehouse(path=str(tmp_path / "at_once.duckdb"))
    load(at_once, tmp_path, pa.concat_tables(rows.values()), days)
    shuffled = DuckDBWarehouse(path=str(tmp_path / "shuffled.duckdb"))
    for day in (days[2], days[0], days[1], days[0]):
        load(shuffled, tmp_path, rows[day], [day])
    assert content(shuffled).equals(content(at_once))


def test_an_empty_first_load_creates_the_table(warehouse: DuckDBWarehouse, tmp_path: Path) -> None:
    assert load(warehouse, tmp_path, staged_lines([]), ["2026-03-01"]) == 0
    assert content(warehouse).num_rows == 0


def test_a_corrupt_object_is_named_and_the_table_is_unchanged(warehouse: DuckDBWarehouse, tmp_path: Path) -> None:
    rows = staged_lines(instants("2026-03-01", 500))
    load(warehouse, tmp_path, rows, ["2026-03-01"])
    before = content(warehouse)
    [good] = objects(tmp_path, staged_lines(instants("2026-03-01", 1)), "good")
    [bad] = objects(tmp_path, rows, "bad")
    damaged = bytearray(Path(bad).read_bytes())
    damaged[4:200] = b"\xff" * 196
    Path(bad).write_bytes(damaged)
    with pytest.raises(PlatformError, match=f"loaded from {bad} .* the table is unchanged"):
        warehouse.replace(LINES, "staging", [good, bad], 501, days=DAY, writer=WRITER)
    assert content(warehouse).equals(before)


def test_rows_of_other_days_are_refused_and_nothing_changes(warehouse: DuckDBWarehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, staged_lines(instants("2026-03-01", 3)), ["2026-03-01"])
    stray = staged_lines(instants("2026-03-01", 1) + instants("2026-03-02", 1))
    with pytest.raises(PlatformError, match="1 of the 2 rows in the objects are of these days"):
        load(warehouse, tmp_path, stray, ["2026-03-01"])
    assert content(warehouse).num_rows == 3


def test_reading_a_missing_table_names_the_asset_to_materialize(warehouse: DuckDBWarehouse, tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match=r"the warehouse .* does not exist yet"):
        content(warehouse)
    with warehouse.connect():
        pass
    with pytest.raises(PlatformError, match="materialize staging/transaction_items first"):
        content(warehouse)


def test_a_file_that_is_not_a_warehouse_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(b"not a database, " * 1000)
    with (
        pytest.raises(PlatformError, match=r"is damaged .*rebuild-warehouse"),
        DuckDBWarehouse(path=str(path)).connect(),
    ):
        pass


def test_columns_are_loaded_by_name_into_a_table_with_another_order(warehouse: DuckDBWarehouse, tmp_path: Path) -> None:
    """A column that was added later comes last in the table, wherever it stands in the contract."""
    columns = ", ".join(f"{column.name} {duckdb_type(column.type)}" for column in [*LINES.columns][::-1])
    with warehouse.connect() as connection:
        connection.execute(f"CREATE SCHEMA staging; CREATE TABLE staging.transaction_items ({columns})")
    rows = staged_lines(instants("2026-03-01", 3))
    load(warehouse, tmp_path, rows, ["2026-03-01"])
    assert content(warehouse).equals(rows.cast(content(warehouse).schema))


def test_row_counts_cover_every_table(warehouse: DuckDBWarehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, staged_lines(instants("2026-03-01", 3)), ["2026-03-01"])
    with warehouse.connect() as connection:
        connection.execute("CREATE SCHEMA core; CREATE TABLE core.nothing (x INTEGER)")
    assert warehouse.row_counts() == {("staging", "transaction_items"): 3, ("core", "nothing"): 0}


def forecast_of(day: date, members: Sequence[str]) -> list[dict[str, object]]:
    names = [name for name, column in sales_daily.columns.items() if column.type.python_type is Decimal]
    amounts = dict.fromkeys(names, Decimal("1.50"))
    made_by = {"published": True, "model": "ets", "version": "statsforecast 2.1.1", "parameters": "{}"}
    target = {"target_date": day + ONE_DAY, "horizon": 1, "level": "channel", "measure": "net_amount"}
    return [{"business_date": day, "member": member} | target | amounts | made_by for member in members]


def test_rows_that_an_asset_returns_are_stored_as_objects_and_replace_its_partitions(tmp_path: Path) -> None:
    store, path = FolderStore(folder=str(tmp_path / "lake")), str(tmp_path / "warehouse.duckdb")
    warehouse = DuckDBWarehouse(path=path)
    days = [date(2026, 3, day) for day in (1, 2, 3)]

    def materialize_days(rows: list[dict[str, object]], first: str, last: str) -> None:
        @asset(
            key=AssetKey(["forecast", "sales_daily"]),
            partitions_def=DailyPartitionsDefinition("2026-03-01"),
            backfill_policy=BackfillPolicy.single_run(),
        )
        def sales() -> pa.Table:
            return pa.Table.from_pylist(rows)

        tags = {RANGE_START_TAG: first, RANGE_END_TAG: last}
        manager = WarehouseIOManager(warehouse=warehouse, store=store)
        assert materialize([sales], resources={"io_manager": manager}, tags=tags).success

    # In any order of rows and columns.
    every = [row for day in reversed(days) for row in forecast_of(day, ["web", "store"])]
    materialize_days(every, "2026-03-01", "2026-03-03")
    objects_ = [f"forecast/sales_daily/date={day}/part-0.parquet" for day in days]
    assert [*store.sizes()] == objects_
    materialize_days(forecast_of(days[1], ["web"]), "2026-03-02", "2026-03-02")
    stored = warehouse.read(sales_daily, "forecast", None)
    found = sorted(zip(stored["business_date"].to_pylist(), stored["member"].to_pylist(), strict=True))
    assert found == [
        (day, member) for day in days for member in ("store", "web") if (day, member) != (days[1], "store")
    ]
    assert stored.column_names == [*sales_daily.columns.keys()]
    with pytest.raises(PlatformError, match="a row of 2026-03-03 is not in the partitions 2026-03-02 to 2026-03-02"):
        materialize_days(forecast_of(days[2], ["web"]), "2026-03-02", "2026-03-02")
    assert warehouse.read(sales_daily, "forecast", None).num_rows == len(found)


def test_a_table_follows_its_definition_where_nothing_is_lost(warehouse: DuckDBWarehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, staged_lines(instants("2026-03-01", 3)), ["2026-03-01"])
    defined = {**CONTRACT, "gift_note": (Text(), True)}
    defined |= {"quantity": (Numeric(16, 5), False), "line_number": (BigInteger(), True)}
    [change] = follow(warehouse, {TABLE: defined}).values()
    assert str(change) == (
        "column gift_note (text) is new; column line_number (integer) becomes bigint; "
        "column quantity (numeric(14,3)) becomes numeric(16,5); column line_number may be null"
    )
    assert changes(warehouse, {TABLE: defined}) == {}
    with warehouse.connect() as connection:
        connection.execute(
            "INSERT INTO staging.transaction_items BY NAME SELECT * REPLACE (0.25 AS quantity, "
            "NULL AS line_number) FROM staging.transaction_items LIMIT 1"
        )
        quantities = connection.execute("SELECT quantity FROM staging.transaction_items ORDER BY ALL").fetchall()
    assert [str(quantity) for (quantity,) in quantities] == ["0.25000", "2.00000", "2.00000", "2.00000"]


def test_a_table_that_cannot_follow_stays_as_it_is(warehouse: DuckDBWarehouse, tmp_path: Path) -> None:
    rows = staged_lines(instants("2026-03-01", 2), first_key=10**15)
    load(warehouse, tmp_path, rows, ["2026-03-01"])
    before = content(warehouse)
    renamed = {("units" if name == "quantity" else name): column for name, column in CONTRACT.items()}
    with pytest.raises(PlatformError) as refused:
        follow(warehouse, {TABLE: renamed | {"gross_amount": (Numeric(14, 1), False), "gift_note": (Text(), True)}})
    assert "staging.transaction_items: column quantity (numeric(14,3)) is no longer defined (renamed to units?)" in str(
        refused.value
    )
    assert "column gross_amount is numeric(18,4), and numeric(14,1) is defined" in str(refused.value)
    with pytest.raises(PlatformError, match=r"Could not cast value 1000000000000000 to DECIMAL\(18,4\)"):
        follow(warehouse, {TABLE: {**CONTRACT, "gift_note": (Text(), True), "transaction_item_id": (AMOUNT, False)}})
    assert warehouse.columns([TABLE])[TABLE].keys() == CONTRACT.keys()
    assert content(warehouse).equals(before)
