"""Dagster's SQLite event log, with connections that stay open and the events of a range stored in one transaction.

Dagster's own SQLite storage opens one or two databases per event and closes them again, which forces a disk write:
about 8 ms. A run of one day has some 400 events. A run of n days has two events per asset and day, planned and
materialized: the log alone of a year with 50 assets would take five minutes. With DAGSTER_EVENT_BATCH_SIZE set, Dagster
passes such events in batches, which its PostgreSQL storage uses; this storage does the same for SQLite.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import sqlalchemy
from dagster import EventLogEntry, Field, Noneable
from sqlalchemy.pool import QueuePool
from typing_extensions import override

from ecommerce_pipeline.instance.calendar_end import page_partitions_from_the_end
from ecommerce_pipeline.instance.dagster_private import (
    ASSET_EVENTS,
    SQLITE_BUSY_TIMEOUT_SECONDS,
    ConfigurableClassData,
    SqlEventLogStorageTable,
    SqliteEventLogStorage,
)
from ecommerce_pipeline.instance.failure_order import MarkedFailures
from ecommerce_pipeline.instance.masked_event_log import MaskedEvents
from ecommerce_pipeline.masking import secrets_cached
from ecommerce_pipeline.process import configure_process
from ecommerce_pipeline.settings import BASE_DIR

OPEN_FILES: Final = 8
"""There is a file per run and an index of all runs; this many stay open."""


class BatchingSqliteEventLogStorage(MarkedFailures, MaskedEvents, SqliteEventLogStorage):
    """The event log as SQLite files in `base_dir`, by default `history/runs` in Dagster's home."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        # Every process of Dagster that stores events constructs its storage.
        configure_process()
        page_partitions_from_the_end()
        super().__init__(base_dir, inst_data)

    @classmethod
    def config_type(cls) -> Any:
        """Return the configuration schema: `base_dir` may be left out."""
        return {"base_dir": Field(Noneable(str), is_required=False, default_value=None)}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> "BatchingSqliteEventLogStorage":
        """Return the storage that `dagster.yaml` names."""
        home = Path(os.environ.get("DAGSTER_HOME") or BASE_DIR / ".local" / "dagster")
        return cls(config_value.get("base_dir") or str(home / "history" / "runs"), inst_data)

    @override
    @contextmanager
    def _connect(self, shard: str) -> Iterator[sqlalchemy.Connection]:
        """Yield a connection to the file of a run, or to the index, in a transaction."""
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
                self._keep(shard, engine)
            with engine.begin() as connection:
                yield connection

    def _engine(self, shard: str) -> sqlalchemy.Engine:
        """Return the engine of a file, with its one open connection; a new one if the file was deleted meanwhile."""
        engine, file = self._kept.pop((os.getpid(), shard), (None, None))
        if engine is not None and file != _file_number(self.path_for_shard(shard)):
            engine.dispose()
            self._initialized_dbs.discard(shard)
            engine = None
        if engine is None:
            engine = sqlalchemy.create_engine(
                self.conn_string_for_shard(shard),
                poolclass=QueuePool,
                pool_size=1,
                max_overflow=-1,  # creating the tables takes a second one
                connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            )
            sqlalchemy.event.listen(engine, "connect", _relax_durability)
        self._keep(shard, engine)
        return engine

    def _keep(self, shard: str, engine: sqlalchemy.Engine) -> None:
        self._kept[os.getpid(), shard] = (engine, _file_number(self.path_for_shard(shard)))
        while len(self._kept) > OPEN_FILES:
            older = next(iter(self._kept))
            self._kept.pop(older)[0].dispose(close=older[0] == os.getpid())

    @cached_property
    def _kept(self) -> dict[tuple[int, str], tuple[sqlalchemy.Engine, int | None]]:
        """Open files by process, as a fork must not use its parent's connections, and shard; last used last."""
        return {}

    @override
    def has_table(self, table_name: str) -> bool:
        """Return whether the index has a table; asks the database until it does."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    @cached_property
    def _tables(self) -> set[str]:
        return set()

    @override
    def dispose(self) -> None:
        """Close the files."""
        for (process, _), (engine, _) in self._kept.items():
            engine.dispose(close=process == os.getpid())
        self._kept.clear()
        super().dispose()

    @override
    @secrets_cached()
    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store events of one run together; asset events go to the run's file and to the index of all runs."""
        assets = [event for event in events if event.dagster_event_type in ASSET_EVENTS]
        for event in events:
            if event.dagster_event_type not in ASSET_EVENTS:
                self.store_event(event)
        if not assets:
            return
        rows = [self._event_to_row(event) for event in assets]
        with self.run_connection(assets[0].run_id) as connection:
            connection.execute(SqlEventLogStorageTable.insert(), rows)
        with self.index_transaction() as connection:
            inserted = connection.execute(
                SqlEventLogStorageTable.insert().returning(SqlEventLogStorageTable.c.id, sort_by_parameter_order=True),
                rows,
            )
            ids = [row[0] for row in inserted]
            self._store_asset_event_tags(connection, assets, ids)
            # The row of an asset only holds its newest event.
            newest = {
                str(event.get_dagster_event().asset_key): (event, id_) for event, id_ in zip(assets, ids, strict=True)
            }
            for event, id_ in newest.values():
                self._store_asset_event(connection, event, id_)


def _relax_durability(connection: Any, _: Any) -> None:
    # With a write-ahead log, a power failure can lose the newest events, but not corrupt: https://sqlite.org/pragma.html
    connection.execute("PRAGMA synchronous = NORMAL")


def _file_number(path: str) -> int | None:
    try:
        return Path(path).stat().st_ino
    except FileNotFoundError:
        return None
