"""Concurrent writers of the source: those of a table wait for each other. The newest version of a row wins."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Event

import pyarrow as pa
import pytest
from dagster import get_dagster_logger

from ecommerce_pipeline.errors import TransientError
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.postgres import lock_waits, session
from ecommerce_pipeline.resources.postgres.apply import written_days
from ecommerce_pipeline.resources.postgres.ingest import BATCH_ROWS
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.resources.postgres.stamp import read_stamp, write_stamp
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.tables import EVENTS, TABLES, products, refunds, transaction_items
from ecommerce_pipeline.synthetic import ShopSettings, deleted, snapshot
from ecommerce_pipeline_tests.support.rows import deletions, instants, order_lines, put, staged_lines

DAY = "2026-03-08"
DAYS = Days.of_keys(DAY, DAY)
SOON = 1.0
"""Seconds in which a writer that does not wait has finished long ago."""


class Slow:
    """Rows of a day that arrive when the test allows it."""

    def __init__(self, rows: pa.Table) -> None:
        self._rows = rows
        self.requested, self.allowed = Event(), Event()

    def reader(self) -> pa.RecordBatchReader:
        return pa.RecordBatchReader.from_batches(self._rows.schema, self._batches())

    def _batches(self) -> Iterator[pa.RecordBatch]:
        self.requested.set()
        assert self.allowed.wait(60)
        yield from self._rows.to_batches()


def found(owner: PostgresResource, day: str = DAY) -> pa.Table:
    return owner.stream(transaction_items, Days.of_keys(day, day)).read_all()


@pytest.mark.parametrize("first", ["older", "newer"])
def test_a_second_writer_waits_for_the_first_and_whichever_it_is_the_newest_rows_stay(
    owner: PostgresResource, first: str
) -> None:
    older = order_lines(instants(DAY, 5))
    position = older.schema.get_field_index("updated_at")
    later = pa.array([at + timedelta(hours=1) for at in instants(DAY, 5)], older.schema.field("updated_at").type)
    newer = older.set_column(position, older.schema.field("updated_at"), later).slice(0, 3)
    one, other = (older, newer) if first == "older" else (newer, older)
    slow = Slow(one)
    with ThreadPoolExecutor(2) as pool:
        waited_for = pool.submit(
            owner.write, transaction_items, slow.reader(), lambda: deletions({5: instants(DAY, 5)[-1]}), DAYS
        )
        assert slow.requested.wait(60)
        waiting = pool.submit(put, owner, other)
        with pytest.raises(TimeoutError):
            waiting.result(SOON)
        # Those of another table do not.
        assert put(owner, arrow_schema(refunds).empty_table(), table=refunds) == 0
        slow.allowed.set()
        assert (waited_for.result(60), waiting.result(60)) == (one.num_rows, other.num_rows)
    assert [tuple(row) for row in zip(*found(owner).select([0, position]).to_pydict().values(), strict=True)] == [
        *zip([1, 2, 3], later.slice(0, 3).to_pylist(), strict=True),
        (4, older["updated_at"][3].as_py()),
    ]


def test_a_batch_that_is_sent_in_slices_is_written_whole(owner: PostgresResource) -> None:
    count = 2 * BATCH_ROWS + 1
    assert put(owner, order_lines(instants(DAY, count))) == count
    assert found(owner).num_rows == count


def test_rows_are_read_in_the_order_of_their_days_whatever_their_keys(owner: PostgresResource) -> None:
    """The lake splits the stream by day: rows in another order would be lost."""
    days = ["2026-03-08", "2026-03-09", "2026-03-10"]
    times = [at for day in reversed(days) for at in instants(day, 2)]
    put(owner, order_lines(times).take([4, 2, 0, 1, 5, 3]))
    read = owner.stream(transaction_items, Days.of_keys(days[0], days[-1])).read_all()
    assert read.equals(staged_lines(times).take([4, 5, 2, 3, 0, 1]))


def test_snapshots_written_in_any_order_leave_the_newest_version_of_each_row(owner: PostgresResource) -> None:
    shop = ShopSettings(products=300, start_date=date(2025, 1, 1))
    days = [date(2025, 2, 15), date(2026, 3, 12), date(2025, 1, 1), date(2025, 10, 28)]
    snapshots = [snapshot(shop, products.name, day) for day in days]
    gone = [deleted(shop, products.name, day) for day in days]
    try:
        written = [
            owner.write(products, rows.to_reader(), lambda of_day=of_day: of_day, Days.of_day(day))
            for day, rows, of_day in zip(days, snapshots, gone, strict=True)
        ]
        found = owner.stream(products).read_all()
    finally:
        with owner.connect() as connection:
            connection.execute("DELETE FROM ecommerce.products")
    assert written == [rows.num_rows for rows in snapshots]
    assert found.equals(snapshots[days.index(max(days))])
    older = dict(zip(*snapshots[0].select(["product_id", "updated_at"]).to_pydict().values(), strict=True))
    newer = dict(zip(*found.select(["product_id", "updated_at"]).to_pydict().values(), strict=True))
    assert any(newer[key] > older[key] for key in older.keys() & newer), "some have changed between the snapshots"
    assert older.keys() - newer, "some were deleted between the snapshots"


def test_an_error_of_the_rows_is_raised_unchanged_and_nothing_is_written(owner: PostgresResource) -> None:
    def broken() -> Iterator[pa.RecordBatch]:
        yield from order_lines(instants(DAY, 4)).to_batches()
        raise TransientError("the rows end here")

    put(owner, order_lines(instants(DAY, 3)))
    rows = pa.RecordBatchReader.from_batches(order_lines([]).schema, broken())
    new_day = date(2026, 2, 7)
    with pytest.raises(TransientError, match=r"^the rows end here$"):
        owner.write(transaction_items, rows, lambda: deletions({1: instants(DAY, 1)[0]}), Days.of_day(new_day))
    assert found(owner).num_rows == 3
    with owner.connect() as connection:
        query = "SELECT count(*) FROM ecommerce.written_days WHERE day = %s"
        assert connection.execute(query, [new_day]).fetchone() == (0,)


def test_a_day_of_life_is_written_once_all_event_tables_are(owner: PostgresResource) -> None:
    days = Days.parse("2026-01-02, 2026-01-05")
    for name in EVENTS:
        with owner.connect() as connection:
            assert not {*days} & written_days(connection)
        rows = arrow_schema(TABLES[name]).empty_table()
        owner.write(TABLES[name], rows.to_reader(), lambda: deletions({}), days)
    with owner.connect() as connection:
        assert {*days} <= written_days(connection)


def test_a_stamp_keeps_the_settings_of_the_first_rows(owner: PostgresResource) -> None:
    with owner.connect() as connection:
        assert read_stamp(connection) == {}
        write_stamp(connection, {"SEED": "42"})
        write_stamp(connection, {"SEED": "43", "SCALE": "1"})
        assert read_stamp(connection) == {"SEED": "42", "SCALE": "1"}
        connection.rollback()


@pytest.mark.parametrize("work", ["write", "read"])
def test_a_wait_for_a_lock_names_who_holds_it_and_ends(
    owner: PostgresResource, work: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`LOCK TABLE` in a forgotten psql: steps waited for ever, without a word."""
    monkeypatch.setattr(lock_waits, "LOOK_SECONDS", 0.05)
    monkeypatch.setitem(session._PARAMETERS, "lock_timeout", "1s")
    reports: list[str] = []
    monkeypatch.setattr(get_dagster_logger("postgres"), "warning", reports.append)
    with owner.connect() as forgotten:
        forgotten.execute("SET application_name = 'psql of ann'")
        forgotten.execute("LOCK TABLE ecommerce.transaction_items")
        with pytest.raises(TransientError) as failure:
            put(owner, order_lines(instants(DAY, 3))) if work == "write" else found(owner)
        pid = forgotten.info.backend_pid
    for text in (reports[0], str(failure.value)):
        assert f"waiting for ecommerce.transaction_items, locked by session {pid} (" in text
        assert "psql of ann" in text
        assert "last query: LOCK TABLE ecommerce.transaction_items" in text
    assert "gave up after" in str(failure.value)
