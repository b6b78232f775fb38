"""Concurrent writers of the source: those of a day wait for each other, others do not. Upserts keep the newest row."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event

import pyarrow as pa
import pytest
from dagster import get_dagster_logger

from ecommerce_pipeline.errors import TransientError
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.postgres import lock_waits, session
from ecommerce_pipeline.resources.postgres.ingest import BATCH_ROWS
from ecommerce_pipeline.resources.postgres.resource import DAY_LOCKS, PostgresResource
from ecommerce_pipeline.resources.postgres.stamp import read_stamp, write_stamp
from ecommerce_pipeline.schema.tables import products, transaction_items
from ecommerce_pipeline.synthetic import ShopSettings, snapshot
from ecommerce_pipeline_tests.support.rows import instants, order_lines

DAY = "2026-03-08"
SOON = 1.0
"""Seconds in which a writer that does not wait has finished long ago."""


class Slow:
    """Rows of a day that arrive when the test allows it."""

    def __init__(self, day: str, count: int) -> None:
        self._rows = order_lines(instants(day, count))
        self.requested, self.allowed = Event(), Event()

    def reader(self) -> pa.RecordBatchReader:
        return pa.RecordBatchReader.from_batches(self._rows.schema, self._batches())

    def _batches(self) -> Iterator[pa.RecordBatch]:
        self.requested.set()
        assert self.allowed.wait(60)
        yield from self._rows.to_batches()


def write(owner: PostgresResource, first: str, last: str, count: int) -> int:
    rows = order_lines(instants(first, count))
    return owner.replace_window(transaction_items, Days.of_keys(first, last), rows.to_reader())


def rows_of(owner: PostgresResource, day: str) -> int:
    return sum(batch.num_rows for batch in owner.stream(transaction_items, Days.of_keys(day, day)))


@pytest.mark.parametrize(
    ("first", "last"), [(DAY, DAY), ("2026-03-01", "2026-04-20")], ids=["the day", "a window of more days than locks"]
)
def test_a_second_writer_of_a_day_waits_for_the_first_and_replaces_its_rows(
    owner: PostgresResource, first: str, last: str
) -> None:
    assert len(Days.of_keys("2026-03-01", "2026-04-20")) > DAY_LOCKS
    slow = Slow(DAY, 5)
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(owner.replace_window, transaction_items, Days.of_keys(DAY, DAY), slow.reader())
        assert slow.requested.wait(60)
        other = pool.submit(write, owner, first, last, 3)
        with pytest.raises(TimeoutError):
            other.result(SOON)
        slow.allowed.set()
        assert (one.result(60), other.result(60)) == (5, 3)
    assert rows_of(owner, first) == 3
    assert first == DAY or rows_of(owner, DAY) == 0


def test_writers_of_different_days_do_not_wait_for_each_other(owner: PostgresResource) -> None:
    slow = Slow(DAY, 5)
    with ThreadPoolExecutor(1) as pool:
        one = pool.submit(owner.replace_window, transaction_items, Days.of_keys(DAY, DAY), slow.reader())
        assert slow.requested.wait(60)
        assert write(owner, "2026-03-09", "2026-03-09", 3) == 3
        slow.allowed.set()
        assert one.result(60) == 5
    assert (rows_of(owner, DAY), rows_of(owner, "2026-03-09")) == (5, 3)


def test_a_batch_that_is_sent_in_slices_is_written_whole(owner: PostgresResource) -> None:
    count = 2 * BATCH_ROWS + 1
    assert write(owner, DAY, DAY, count) == count
    assert rows_of(owner, DAY) == count


def test_the_rows_of_a_window_are_read_in_the_order_of_writing_whatever_their_keys(owner: PostgresResource) -> None:
    """The lake splits the stream by day: rows in another order would be lost."""
    rows = order_lines(instants(DAY, 5))
    keys = pa.array([3, 1, 5, 2, 4], pa.int64())
    rows = rows.set_column(0, rows.schema.field("transaction_item_id"), keys)
    owner.replace_window(transaction_items, Days.of_keys(DAY, DAY), rows.take([4, 2, 0, 1, 3]).to_reader())
    assert owner.stream(transaction_items, Days.of_keys(DAY, DAY)).read_all().equals(rows)


def test_snapshots_written_in_any_order_leave_the_newest_version_of_each_row(owner: PostgresResource) -> None:
    shop = ShopSettings(products=300, start_date=date(2025, 1, 1))
    days = [date(2025, 2, 15), date(2026, 3, 12), date(2025, 1, 1), date(2025, 10, 28)]
    snapshots = [snapshot(shop, products.name, day) for day in days]
    try:
        written = [owner.upsert(products, rows.to_reader()) for rows in snapshots]
        found = owner.stream(products).read_all()
    finally:
        with owner.connect() as connection:
            connection.execute("DELETE FROM ecommerce.products")
    assert written == [rows.num_rows for rows in snapshots]
    assert found.equals(snapshots[days.index(max(days))])
    older = dict(zip(*snapshots[0].select(["product_id", "updated_at"]).to_pydict().values(), strict=True))
    newer = dict(zip(*found.select(["product_id", "updated_at"]).to_pydict().values(), strict=True))
    assert any(newer[key] > older[key] for key in older), "some rows have changed between the snapshots"


def test_an_error_of_the_rows_is_raised_unchanged_and_nothing_is_written(owner: PostgresResource) -> None:
    def broken() -> Iterator[pa.RecordBatch]:
        yield from order_lines(instants(DAY, 4)).to_batches()
        raise TransientError("the rows end here")

    write(owner, DAY, DAY, 3)
    schema = order_lines(instants(DAY, 1)).schema
    with pytest.raises(TransientError, match=r"^the rows end here$"):
        owner.replace_window(
            transaction_items, Days.of_keys(DAY, DAY), pa.RecordBatchReader.from_batches(schema, broken())
        )
    assert rows_of(owner, DAY) == 3


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
            write(owner, DAY, DAY, 3) if work == "write" else rows_of(owner, DAY)
        pid = forgotten.info.backend_pid
    for text in (reports[0], str(failure.value)):
        assert f"waiting for ecommerce.transaction_items, locked by session {pid} (" in text
        assert "psql of ann" in text
        assert "last query: LOCK TABLE ecommerce.transaction_items" in text
    assert "gave up after" in str(failure.value)
