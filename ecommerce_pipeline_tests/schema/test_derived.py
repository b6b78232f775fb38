import duckdb
import pyarrow as pa
import pytest

from ecommerce_pipeline.schema import duckdb as duckdb_schema
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.tables import STAGING, TABLES, transaction_items


def test_every_table_and_column_says_what_it_holds() -> None:
    for table in TABLES.values():
        assert table.comment
        assert table.comment.startswith("One row per ")
        assert all(column.comment and column.comment.endswith(".") for column in table.columns)


def test_every_reference_names_a_table_of_the_contract() -> None:
    for table in TABLES.values():
        for column in table.columns:
            assert column.info.get("references", table.name) in TABLES


@pytest.mark.parametrize("name", STAGING)
def test_duckdb_tables_have_the_arrow_schema_of_the_contract(name: str) -> None:
    table = STAGING[name]
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'; CREATE SCHEMA staging")
        connection.execute(duckdb_schema.create_table(table, "staging"))
        found = connection.execute(f"FROM staging.{name}").to_arrow_table().schema
    # DuckDB's Arrow schemas do not carry nullability.
    assert found == pa.schema([field.with_nullable(True) for field in arrow_schema(table)])


def test_money_is_decimal_and_instants_are_utc() -> None:
    schema = arrow_schema(transaction_items)
    assert schema.field("unit_price").type == pa.decimal128(18, 6)
    assert schema.field("quantity").type == pa.decimal128(14, 3)
    assert schema.field("gross_amount").type == pa.decimal128(18, 4)
    assert schema.field("updated_at").type == pa.timestamp("us", tz="UTC")
