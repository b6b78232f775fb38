"""A real streaming replica: rows that it has not replayed are waited for, and never reconciled as if complete."""

import threading
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from ecommerce_pipeline.errors import PlatformError, TransientError
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.quality.layers import SourceLayer, layer_digests
from ecommerce_pipeline.resources.postgres import replica
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.schema.tables import TABLES, transaction_items
from ecommerce_pipeline_tests.support.rows import instants, order_lines, put
from ecommerce_pipeline_tests.support.standby import Pair, streaming_pair

DAY = Days.of_day(date(2026, 3, 1))


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with streaming_pair(tmp_path_factory.mktemp("replicated")) as made:
        made.primary.create_tables(list(TABLES.values()))
        yield made


@pytest.fixture(autouse=True)
def password(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTGRES_PASSWORD", pair.primary.address().password)


def write(pair: Pair, count: int) -> None:
    with pair.primary.connect() as connection:
        connection.execute("DELETE FROM ecommerce.transaction_items")
    put(pair.primary, order_lines(instants("2026-03-01", count)))


def count(database: PostgresResource) -> int:
    _, rows = database.extract(transaction_items, DAY)
    return rows.read_all().num_rows


def test_a_replica_that_has_everything_is_read(pair: Pair) -> None:
    write(pair, 10)
    assert count(pair.replica) == 10
    assert pair.replica.extract(TABLES["stores"], None)[1].read_all().num_rows == 0
    assert layer_digests(SourceLayer(pair.replica), transaction_items, DAY)[DAY.first].rows == 10


def test_rows_that_a_replica_has_not_replayed_are_waited_for_and_then_missed_by_name(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """200 rows were missing, and as lake and checks read the same replica, all was reconciled."""
    write(pair, 10)
    assert count(pair.replica) == 10
    pair.replica.rows("SELECT pg_wal_replay_pause()::text")
    write(pair, 210)
    monkeypatch.setattr(replica, "WAIT_SECONDS", 1.0)
    with pytest.raises(TransientError, match=r"a replica that lags: .* not replayed; its replay is paused"):
        count(pair.replica)
    with pytest.raises(TransientError, match="a replica that lags"):
        pair.replica.extract(TABLES["stores"], None)
    with pytest.raises(TransientError, match="a replica that lags"):
        layer_digests(SourceLayer(pair.replica), transaction_items, DAY)
    monkeypatch.setattr(replica, "WAIT_SECONDS", 60.0)
    resume = threading.Timer(1, pair.replica.rows, ["SELECT pg_wal_replay_resume()::text"])
    resume.start()
    assert count(pair.replica) == 210
    resume.join()


def test_a_write_to_a_replica_names_the_primary(pair: Pair) -> None:
    with pytest.raises(PlatformError, match="set POSTGRES_HOST to the primary") as caught:
        put(pair.replica, order_lines(instants("2026-03-01", 1)))
    assert type(caught.value) is PlatformError


def test_a_replica_that_has_lost_its_primary_is_read_for_a_minute_and_not_longer(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(pair, 10)
    assert count(pair.replica) == 10
    embedded = pair.primary.embedded()
    assert embedded is not None
    embedded.stop()
    assert count(pair.replica) == 10
    monkeypatch.setattr(replica, "QUIET", timedelta(0))
    monkeypatch.setattr(replica, "WAIT_SECONDS", 1.0)
    with pytest.raises(TransientError, match=r"it has replayed until .* are wanted; no process receives WAL"):
        pair.replica.extract(transaction_items, DAY)
    pair.primary.address()
