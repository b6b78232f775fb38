"""Schema drift on a real PostgreSQL: the catalog decides, and the values where the catalog is not enough."""

import time
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from sqlalchemy import Column, MetaData, Text

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.quality.layers import SourceLayer, layer_digests
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.schema.drift import Drift
from ecommerce_pipeline.schema.tables import TABLES, transaction_items
from ecommerce_pipeline_tests.support.rows import instants, order_lines, put

DAY = Days.of_day(date(2026, 3, 1))
NEXT_DAY = Days.of_day(date(2026, 3, 2))
TABLE = "ecommerce.transaction_items"
AGREED = [column.name for column in transaction_items.columns]


@pytest.fixture
def database(owner: PostgresResource) -> Iterator[PostgresResource]:
    """Give a database whose order lines are new: four of one day, keys 1 to 4."""
    with owner.connect() as connection:
        connection.execute(f"DROP TABLE IF EXISTS {TABLE} CASCADE")
    owner.create_tables([transaction_items])
    put(owner, order_lines(instants("2026-03-01", 4)))
    yield owner
    with owner.connect() as connection:
        connection.execute(f"DROP TABLE {TABLE} CASCADE")
    owner.create_tables([transaction_items])


@pytest.fixture
def alter(database: PostgresResource) -> Callable[..., None]:
    def change(*statements: str) -> None:
        with database.connect() as connection:
            for statement in statements:
                connection.execute(statement)

    return change


def extracted(database: PostgresResource, days: Days = DAY) -> tuple[Drift, pa.Table]:
    """Extract days as the lake's asset does."""
    found, rows = database.extract(transaction_items, days)
    return found, rows.read_all()


def test_a_column_added_is_a_warning_and_the_contract_s_columns_are_read(
    database: PostgresResource, alter: Callable[..., None]
) -> None:
    _, before = extracted(database)
    alter(f'ALTER TABLE {TABLE} ADD COLUMN "gift ""note""; --" text')
    found, rows = extracted(database)
    assert [warning.split(" is ")[0] for warning in found.warnings] == ['column gift "note"; -- (text)']
    assert rows.equals(before)
    put(database, order_lines(instants("2026-03-01", 4)))
    assert extracted(database)[1].equals(before), "the table can still be written"


def test_a_nullable_column_added_to_the_contract_is_added_to_the_table(database: PostgresResource) -> None:
    newer = transaction_items.to_metadata(MetaData(schema="ecommerce"))
    newer.append_column(Column("gift_note", Text(), comment="Note that goes with the parcel."))
    assert database.check_contract(newer).absent == ("gift_note",)
    database.create_tables([newer])
    assert database.check_contract(newer) == Drift()
    assert database.stream(newer, DAY).read_all()["gift_note"].null_count == 4


def test_columns_dropped_and_renamed_are_one_error_for_readers_and_writers(
    database: PostgresResource, alter: Callable[..., None]
) -> None:
    alter(
        f"ALTER TABLE {TABLE} DROP COLUMN transaction_id, DROP COLUMN line_number",
        f"ALTER TABLE {TABLE} RENAME COLUMN gross_amount TO amount_gross",
    )
    for use in (database.check_contract, lambda table: database.create_tables([table])):
        with pytest.raises(PlatformError) as caught:
            use(transaction_items)
        message = str(caught.value)
        assert message.startswith(f"source table {TABLE} in database ecommerce on 127.0.0.1:")
        assert "column transaction_id (bigint) is missing; " in message
        assert "column gross_amount (numeric(18,4)) is missing and amount_gross is new: if it was renamed" in message
        is_writer = use != database.check_contract
        assert ("column line_number is missing" in message) == is_writer, "a reader takes its default"


def test_a_view_that_names_a_renamed_column_as_before_serves(
    database: PostgresResource, alter: Callable[..., None]
) -> None:
    _, before = extracted(database)
    columns = ", ".join("price_per_unit AS unit_price" if name == "unit_price" else name for name in AGREED)
    alter(
        f"ALTER TABLE {TABLE} RENAME COLUMN unit_price TO price_per_unit",
        f"ALTER TABLE {TABLE} RENAME TO lines_of_orders",
        f"CREATE VIEW {TABLE} AS SELECT {columns} FROM ecommerce.lines_of_orders",
    )
    found, rows = extracted(database)
    assert found == Drift()
    assert rows.equals(before)
    alter(f"DROP VIEW {TABLE}", f"ALTER TABLE ecommerce.lines_of_orders RENAME TO {TABLE.split('.')[1]}")


def test_types_widened_are_read_while_every_value_of_the_days_fits_and_refused_by_name_when_one_does_not(
    database: PostgresResource, alter: Callable[..., None]
) -> None:
    """A cast would round 12.3456789 to 12.345679 without a word."""
    _, before = extracted(database)
    alter(
        f"ALTER TABLE {TABLE} ALTER COLUMN line_number TYPE bigint, ALTER COLUMN unit_price TYPE numeric(20,8), "
        "ALTER COLUMN gross_amount TYPE numeric, ALTER COLUMN transaction_id TYPE numeric(30,0)"
    )
    found, rows = extracted(database)
    assert len(found.warnings) == len(found.doubts) == 4
    assert rows.equals(before)
    alter(
        f"UPDATE {TABLE} SET line_number = 2147483648 WHERE transaction_item_id = 4",
        f"UPDATE {TABLE} SET unit_price = 12.3456789 WHERE transaction_item_id IN (2, 3)",
        f"UPDATE {TABLE} SET gross_amount = 24.68001 WHERE transaction_item_id = 1",
        f"UPDATE {TABLE} SET transaction_id = -9223372036854775809 WHERE transaction_item_id = 1",
    )
    with pytest.raises(PlatformError) as caught:
        extracted(database)
    message = str(caught.value)
    line = 'in the line "{}" of transaction_items in ecommerce_pipeline/schema/tables'
    for column, (count, key, remedy) in {
        "line_number": (1, 4, f"cast it to integer in the view, or set the type `BigInteger()` {line}"),
        "unit_price": (2, 2, f"cast it to numeric(18,6) in the view, or set the type `Numeric(20, 8)` {line}"),
        "gross_amount": (
            1,
            1,
            f"cast it to numeric(18,4) in the view, or set the type `Numeric(<precision>, <scale>)` {line}",
        ),
        "transaction_id": (1, 1, "set KEY_TYPE=text"),
    }.items():
        assert (
            f"column {column} has {count} values that do not fit, the first where transaction_item_id = {key}: "
            f"{remedy.format(column)}"
        ) in message
    assert extracted(database, NEXT_DAY)[1].num_rows == 0, "other days are still extracted"
    assert extracted(database, NEXT_DAY)[1].schema == before.schema


def test_the_largest_values_that_fit_are_read(database: PostgresResource, alter: Callable[..., None]) -> None:
    alter(
        f"ALTER TABLE {TABLE} ALTER COLUMN line_number TYPE bigint, ALTER COLUMN unit_price TYPE numeric(26,8)",
        f"UPDATE {TABLE} SET line_number = 2147483647, unit_price = 999999999999.999999",
        f"UPDATE {TABLE} SET line_number = -2147483648 WHERE transaction_item_id = 1",
        f"UPDATE {TABLE} SET unit_price = -999999999999.999999 WHERE transaction_item_id = 1",
    )
    _, rows = extracted(database)
    assert set(rows["line_number"].to_pylist()) == {2147483647, -2147483648}
    assert max(rows["unit_price"].to_pylist()) == Decimal("999999999999.999999")


def test_narrower_types_are_read_without_a_warning(database: PostgresResource, alter: Callable[..., None]) -> None:
    _, before = extracted(database)
    alter(
        "CREATE DOMAIN ecommerce.few AS smallint NOT NULL CHECK (VALUE > 0)",
        f"ALTER TABLE {TABLE} ALTER COLUMN quantity TYPE ecommerce.few, ALTER COLUMN transaction_id TYPE integer, "
        "ALTER COLUMN unit_price TYPE numeric(6,2), ALTER COLUMN created_at TYPE timestamptz(6)",
        f"ALTER TABLE {TABLE} ALTER COLUMN quantity DROP NOT NULL",
    )
    found, rows = extracted(database)
    assert found == Drift()
    assert rows.equals(before)
    alter(f"ALTER TABLE {TABLE} ALTER COLUMN quantity TYPE integer", "DROP DOMAIN ecommerce.few")


def test_not_null_dropped_is_a_warning_and_a_null_an_error_that_names_column_and_key(
    database: PostgresResource, alter: Callable[..., None]
) -> None:
    _, before = extracted(database)
    alter(f"ALTER TABLE {TABLE} ALTER COLUMN gross_amount DROP NOT NULL")
    found, rows = extracted(database)
    assert [warning.split(",")[0] for warning in found.warnings] == ["column gross_amount may be null"]
    assert rows.equals(before)
    alter(f"UPDATE {TABLE} SET gross_amount = NULL WHERE transaction_item_id = 3")
    with pytest.raises(
        PlatformError,
        match=r"column gross_amount of ecommerce.transaction_items has nulls, .* where transaction_item_id = 3: fill",
    ):
        extracted(database)


def test_a_domain_over_a_domain_is_read_as_the_type_below_both(
    database: PostgresResource, alter: Callable[..., None]
) -> None:
    _, before = extracted(database)
    alter(
        "CREATE DOMAIN ecommerce.money_ AS numeric(12,2)",
        "CREATE DOMAIN ecommerce.price_ AS ecommerce.money_ NOT NULL CHECK (VALUE >= 0)",
        f"ALTER TABLE {TABLE} ALTER COLUMN unit_price TYPE ecommerce.price_",
        f"ALTER TABLE {TABLE} ALTER COLUMN unit_price DROP NOT NULL",
    )
    found, rows = extracted(database)
    assert found == Drift()
    assert rows.equals(before)
    alter(
        f"ALTER TABLE {TABLE} ALTER COLUMN unit_price TYPE numeric(12,2)",
        "DROP DOMAIN ecommerce.price_",
        "DROP DOMAIN ecommerce.money_",
    )


@pytest.mark.parametrize("position", [1, 3, 4])
@pytest.mark.parametrize(
    ("column", "type_", "value", "shown"),
    [
        ("unit_price", None, "NaN", "NaN"),
        ("unit_price", "numeric", "NaN", "NaN"),
        ("unit_price", "numeric", "Infinity", "Infinity"),
        ("unit_price", "numeric", "-Infinity", "-Infinity"),
        ("quantity", "numeric", "NaN", "NaN"),
        ("created_at", None, "infinity", "infinity"),
        ("created_at", None, "-infinity", "-infinity"),
        ("created_at", None, "0044-03-15 12:00:00+00 BC", r"0044-03-15 12:00:00\+00 BC"),
        ("created_at", None, "10000-01-01 00:00:00+00", r"10000-01-01 00:00:00\+00"),
        ("updated_at", None, "infinity", "infinity"),
        ("updated_at", None, "12026-03-01 00:00:00+00", r"12026-03-01 00:00:00\+00"),
    ],
)
def test_a_value_that_only_postgresql_has_is_refused_with_column_key_and_value(
    database: PostgresResource,
    alter: Callable[..., None],
    column: str,
    type_: str | None,
    value: str,
    shown: str,
    position: int,
) -> None:
    """NaN was 0.00 in the lake, infinity an OverflowError, and a row of no day was never read."""
    if type_ is not None:
        alter(f"ALTER TABLE {TABLE} ALTER COLUMN {column} TYPE {type_}")
    alter(f"UPDATE {TABLE} SET {column} = '{value}' WHERE transaction_item_id = {position}")
    said = f"{TABLE} in database .*: column {column} is {shown} where transaction_item_id = {position}, which neither"
    with pytest.raises(PlatformError, match=said) as caught:
        extracted(database)
    assert "values that do not fit" not in str(caught.value), "another type would not help"
    with pytest.raises(PlatformError, match=said):
        layer_digests(SourceLayer(database), transaction_items, DAY)


def test_an_extraction_reads_the_rows_of_its_days_whatever_the_history(
    database: PostgresResource, alter: Callable[..., None]
) -> None:
    """A condition that the index of the days cannot serve would read years for one day."""
    columns = ", ".join(AGREED)
    older = columns.replace("_id", "_id + 10 * n").replace("created_at", "created_at - n * interval '1 day'")
    order = "NULL, NULL, NULL, NULL, 'web', NULL, 'EUR', NULL, 1, 1, 0, 0, 0, 0, 1, NULL, 'paid', NULL"
    alter(
        f"INSERT INTO {TABLE} ({columns}) SELECT {older} FROM {TABLE}, generate_series(1, 5000) AS n",
        # Half of the lines have no order.
        f"INSERT INTO ecommerce.transactions SELECT transaction_id, {order}, created_at, updated_at "
        f"FROM {TABLE} WHERE transaction_id % 2 = 0",
        f"ANALYZE {TABLE}, ecommerce.transactions",
    )

    def rows_read() -> int:
        # A connection's counts are there once it has closed, at the latest.
        time.sleep(0.2)
        query = "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables"
        return int(database.rows(query)[0][0])

    for days in (DAY, Days.parse("2025-03-01, 2025-06-01")):
        before = rows_read()
        assert extracted(database, days)[1].num_rows == 4 * len(days)
        assert 4 * len(days) <= rows_read() - before < 200


@pytest.mark.parametrize("value", ["infinity", "-infinity", "0044-03-15 BC", "10000-01-01"])
def test_a_date_that_only_postgresql_has_is_refused_in_a_dimension(owner: PostgresResource, value: str) -> None:
    row = f"(1, 'S1', 'x', 'XX', 'x', 'x', 1, '{value}', now())"
    with owner.connect() as connection:
        connection.execute(f"INSERT INTO ecommerce.stores VALUES {row}")
    try:
        with pytest.raises(PlatformError, match=f"column opened_on is {value} where store_id = 1, which neither"):
            owner.extract(TABLES["stores"], None)
    finally:
        with owner.connect() as connection:
            connection.execute("DELETE FROM ecommerce.stores")


def test_the_first_and_the_last_instant_that_fit_are_read(
    database: PostgresResource, alter: Callable[..., None]
) -> None:
    alter(
        f"UPDATE {TABLE} SET updated_at = '0001-01-01 00:00:00+00' WHERE transaction_item_id = 1",
        f"UPDATE {TABLE} SET updated_at = '9999-12-31 23:59:59.999999+00' WHERE transaction_item_id = 2",
    )
    assert extracted(database)[1].num_rows == 4
