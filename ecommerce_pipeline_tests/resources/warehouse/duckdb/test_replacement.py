"""A warehouse that is built in a new file keeps what no source has any more."""

from pathlib import Path

import duckdb

from ecommerce_pipeline.resources.warehouse.duckdb.replacement import replacing

TABLES = "SELECT table_name, column_name, data_type FROM information_schema.columns ORDER BY ALL"


def test_the_new_file_begins_with_versions_and_deleted_rows_of_dimensions(tmp_path: Path) -> None:
    path, new = tmp_path / "warehouse.duckdb", tmp_path / "rebuild" / "warehouse.duckdb"
    with duckdb.connect(str(path)) as old:
        old.execute("""
            CREATE SCHEMA core;
            CREATE TABLE core.dim_product (product_id BIGINT, product_name TEXT, deleted_at TIMESTAMPTZ);
            INSERT INTO core.dim_product VALUES (1, 'Lamp', '2026-03-04 05:06:07.000008+00'), (2, 'Chair', NULL);
            CREATE TABLE core.dim_product_history (product_id BIGINT, valid_from TIMESTAMPTZ, unit_cost DECIMAL(18, 6));
            INSERT INTO core.dim_product_history VALUES (1, '2026-01-02 00:00:00+00', 1.234567);
            CREATE TABLE core.dim_date AS SELECT DATE '2026-03-01' AS date_day;
            CREATE TABLE core.fact_order AS SELECT 1 AS transaction_id
        """)
        kept = old.execute(f"FROM ({TABLES}) WHERE table_name LIKE 'dim_product%'").fetchall()
        rows = [old.table(f"core.{name}").fetchall() for name in ("dim_product", "dim_product_history")]
    said: list[str] = []
    with replacing(path, new, said.append), duckdb.connect(str(new)) as built:
        assert built.execute(TABLES).fetchall() == kept
        assert [built.table(f"core.{name}").fetchall() for name in ("dim_product", "dim_product_history")] == rows
    assert [message.partition(" as ")[0] for message in said] == ["the old warehouse is kept"]


def test_there_is_nothing_to_begin_with_where_there_is_no_warehouse(tmp_path: Path) -> None:
    path, new = tmp_path / "warehouse.duckdb", tmp_path / "rebuild" / "warehouse.duckdb"
    with replacing(path, new, print):
        assert not new.exists()
        duckdb.connect(str(new)).close()
    assert path.exists()
