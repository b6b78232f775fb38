"""DuckDB's errors by their cause: disk, memory, the file, an object, or the query."""

from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from ecommerce_pipeline.errors import TransientError
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.warehouse import Writer
from ecommerce_pipeline.resources.warehouse.duckdb.errors import reported_error, warehouse_error
from ecommerce_pipeline.resources.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecommerce_pipeline.schema.tables import STAGING
from ecommerce_pipeline_tests.support.rows import instants, staged_lines
from ecommerce_pipeline_tests.support.shortages import FULL_DISK, file_size_limit

FILE = Path("warehouse.duckdb")


@pytest.fixture
def warehouse(tmp_path: Path) -> DuckDBWarehouse:
    return DuckDBWarehouse(path=str(tmp_path / "warehouse.duckdb"))


@pytest.fixture
def large(tmp_path: Path) -> str:
    """Return an object of 100,000 rows."""
    path = tmp_path / "large.parquet"
    pq.write_table(staged_lines(instants("2026-03-01", 100_000)), path)
    return str(path)


def load(warehouse: DuckDBWarehouse, object_: str) -> int:
    day = Days.of_keys("2026-03-01", "2026-03-01")
    writer = Writer("staging/transaction_items", "run")
    return warehouse.replace(STAGING["transaction_items"], "staging", [object_], 100_000, days=day, writer=writer).rows


def test_a_load_onto_a_full_disk_says_so_and_leaves_the_table_unchanged(warehouse: DuckDBWarehouse, large: str) -> None:
    """The remedy was to materialize the lake's object again."""
    load(warehouse, large)
    with warehouse.connect() as connection:
        connection.execute("UPDATE staging.transaction_items SET quantity = -1; CHECKPOINT")
    size = Path(warehouse.path).stat().st_size
    with pytest.raises(TransientError) as caught, file_size_limit(size // 2):
        load(warehouse, large)
    assert f"no space left for {warehouse.path} (File too large, " in str(caught.value)
    assert "Materialize" not in str(caught.value)
    assert warehouse.query("SELECT DISTINCT quantity FROM staging.transaction_items").to_pylist() == [{"quantity": -1}]
    load(warehouse, large)
    assert warehouse.query("SELECT max(quantity) > 0 AS new FROM staging.transaction_items").to_pylist() == [
        {"new": True}
    ]


def test_a_warehouse_that_a_full_disk_kept_from_being_created_is_created_later(
    warehouse: DuckDBWarehouse, large: str
) -> None:
    with pytest.raises(TransientError, match="no space left"), file_size_limit(0):
        load(warehouse, large)
    assert load(warehouse, large) == 100_000


def test_short_memory_is_not_taken_for_a_fault_of_the_data(warehouse: DuckDBWarehouse) -> None:
    def query() -> None:
        with warehouse.connect() as connection:
            connection.execute("SET memory_limit = '10MB'; SET max_temp_directory_size = '0B'")
            connection.execute("SELECT count(DISTINCT md5(range::VARCHAR)) FROM range(1000000)")

    with pytest.raises(TransientError, match="memory is too short: DuckDB needs more"):
        query()


def test_the_system_s_reason_counts_and_no_word_of_a_file_or_row() -> None:
    with duckdb.connect() as connection:
        with pytest.raises(duckdb.Error) as full:
            connection.execute(f"COPY (FROM range(100000)) TO '{FULL_DISK}' (FORMAT csv)")
        with pytest.raises(duckdb.Error) as query:
            connection.execute("SELECT error('lock'), 'Out of Memory Error: No space left on device'::INT")
    assert isinstance(warehouse_error(FILE, full.value), TransientError)
    assert warehouse_error(FILE, query.value) is None


def test_an_error_that_dbt_repeats_has_the_same_cause() -> None:
    """The texts are those of dbt 1.12 with DuckDB 1.5."""
    model = "  Runtime Error in model fact_review (models/fact/fact_review.sql)\n"
    full = f'{model}  TransactionContext Error: Failed to commit: Could not write file "w.wal": No space left on device'
    memory = f"{model}  Out of Memory Error: failed to offload data block of size 256.0 KiB (0 bytes/0 bytes used)."
    damaged = f"{model}  IO Error: Corrupt database file: computed checksum 1 does not match stored checksum 2"
    query = f'{model}  Binder Error: Referenced column "lock" not found: No space left on device'
    assert "no space left for warehouse.duckdb (No space left on device" in str(reported_error(FILE, full))
    assert "memory is too short" in str(reported_error(FILE, memory))
    assert "rebuild-warehouse" in str(reported_error(FILE, damaged))
    assert reported_error(FILE, query) is None
