"""The places in which forgotten persons are looked for, and what removes them there."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

import duckdb
import pyarrow as pa

from ecommerce_pipeline.errors import NotBuiltError
from ecommerce_pipeline.io_managers.lake import ROW_GROUP_ROWS, write_parquet
from ecommerce_pipeline.lake.objects import OBJECT_NAME, reading_object, split_path
from ecommerce_pipeline.privacy.files import FilesPlace
from ecommerce_pipeline.privacy.storage import StoragePlace
from ecommerce_pipeline.privacy.texts import Search
from ecommerce_pipeline.resources.forgotten.persons import Forgotten, read_forgotten, write_forgotten
from ecommerce_pipeline.resources.forgotten.rows import Rewrite, rewrite_of
from ecommerce_pipeline.resources.object_store.base import ObjectStore
from ecommerce_pipeline.resources.warehouse import TableName, Warehouse
from ecommerce_pipeline.schema.dialects import DUCKDB, quoted
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import person_key, target_of

OBJECTS: Final = "objects"

Finds = Iterator[tuple[str, int]]
"""Where something of a forgotten person is, and how many rows or texts."""


class Place(Protocol):
    """A place."""

    @property
    def name(self) -> str:
        """What it is, in the plural."""
        ...

    def find(self) -> Finds:
        """Look for all forgotten persons."""
        ...

    def remove(self) -> Finds:
        """Remove what `find` finds, and what storage keeps of it; may be interrupted and done again."""
        ...


def places(settings: Settings, forgotten: Forgotten, files: Callable[[], Iterable[Path]]) -> Sequence[Place]:
    """Return all places, in the order in which persons are removed: a warehouse is loaded from the lake.

    Args:
        settings: The platform's settings.
        forgotten: The list.
        files: Returns the platform's files on this machine that may quote rows.
    """
    target, search = target_of(settings), Search(forgotten)
    return [
        StoragePlace(search),
        FilesPlace(files, settings.mail_dir, search),
        LakePlace(target.lake, forgotten),
        WarehousePlace(target.warehouse, forgotten),
    ]


def remove_older_than(settings: Settings, before: datetime) -> dict[str, int]:
    """Remove the personal values of rows that are older from lake and warehouse, and from all later extractions.

    Returns:
        The number of rows, by object or table that had some.

    Raises:
        PlatformError: A place cannot be read or written; it can be done again.
    """
    target = target_of(settings)
    forgotten = read_forgotten(target.lake, person_key(settings))
    # Never less than before: what is gone cannot be compared with the source.
    wanted = replace(forgotten, before=max(before.astimezone(UTC).isoformat(), forgotten.before))
    write_forgotten(target.lake, wanted)
    places = LakePlace(target.lake, wanted), WarehousePlace(target.warehouse, wanted)
    return {where: rows for place in places for where, rows in place.remove() if rows}


class LakePlace:
    """The lake's objects, with their earlier versions."""

    name = "objects of the lake"

    def __init__(self, store: ObjectStore, forgotten: Forgotten) -> None:
        self._store = store
        self._forgotten = forgotten

    def find(self) -> Finds:
        """Count rows by object."""
        return ((self._store.uri(path), rows) for path, _, rows in self._found())

    def remove(self) -> Finds:
        """Write the objects again, in the same layout, and delete earlier versions of all objects with persons."""
        for path, rewrite, rows in self._found():
            if rows:
                self._rewrite(path, rewrite)
            # Also of one that an interrupted attempt has written.
            self._store.purge(path)
            yield self._store.uri(path), rows

    def _found(self) -> Iterator[tuple[str, Rewrite, int]]:
        """Yield the objects that may hold persons, and how many of their rows do."""
        rewrites: dict[str, Rewrite | None] = {}
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            for path in self._store.sizes():
                if not path.endswith(OBJECT_NAME):
                    continue
                table, partition = split_path(path)
                with suppress(NotBuiltError):  # deleted since it was listed
                    if table not in rewrites:
                        with reading_object(self._store, table, partition) as rows:
                            names = rows.schema.names
                        rewrites[table] = rewrite_of(table.rpartition("/")[-1], names, self._forgotten, DUCKDB)
                    rewrite = rewrites[table]
                    if rewrite is None:
                        continue
                    with reading_object(self._store, table, partition) as rows:
                        connection.register(OBJECTS, rows)
                        query = f"SELECT count(*) FROM {OBJECTS} WHERE {rewrite.where}"  # noqa: S608 - our own names
                        [(count,)] = connection.execute(query).fetchall()
                    yield path, rewrite, count

    def _rewrite(self, path: str, rewrite: Rewrite) -> None:
        values = ", ".join(
            f"CASE WHEN {rewrite.where} THEN {value} ELSE {quoted(DUCKDB, column)} END AS {quoted(DUCKDB, column)}"
            for column, value in rewrite.values.items()
        )
        with duckdb.connect() as connection, reading_object(self._store, *split_path(path)) as rows:
            connection.execute("SET TimeZone = 'UTC'")
            connection.register(OBJECTS, rows)
            schema: pa.Schema = rows.schema
            changed = connection.execute(f"SELECT * REPLACE ({values}) FROM {OBJECTS}")  # noqa: S608
            batches = (batch.cast(schema) for batch in changed.to_arrow_reader(ROW_GROUP_ROWS))
            with self._store.writing(path) as file:
                write_parquet(file, schema, batches)


class WarehousePlace:
    """The tables of the warehouse, in all layers."""

    name = "tables of the warehouse"

    def __init__(self, warehouse: Warehouse, forgotten: Forgotten) -> None:
        self._warehouse = warehouse
        self._forgotten = forgotten

    def find(self) -> Finds:
        """Count rows by table."""
        rewrites = self._rewrites()
        counts = self._warehouse.queries(
            [
                f"SELECT count(*) AS found FROM {self._relation(table)} WHERE {rewrite.where}"  # noqa: S608
                for table, rewrite in rewrites.items()
            ]
        )
        for (layer, name), count in zip(rewrites, counts, strict=True):
            yield self._warehouse.uri(layer, name), int(count["found"][0].as_py())

    def remove(self) -> Finds:
        """Change the rows, and what storage keeps of them."""
        for (layer, name), rewrite in self._rewrites().items():
            rows = self._warehouse.rewrite((layer, name), rewrite.values, rewrite.where)
            yield self._warehouse.uri(layer, name), rows
        self._warehouse.purge()

    def _rewrites(self) -> dict[TableName, Rewrite]:
        try:
            columns = self._warehouse.columns(list(self._warehouse.row_counts()))
        except NotBuiltError:
            return {}
        found = {
            table: rewrite_of(table[1], names, self._forgotten, self._warehouse.dialect)
            for table, names in columns.items()
        }
        return {table: rewrite for table, rewrite in found.items() if rewrite}

    def _relation(self, table: TableName) -> str:
        layer, name = table
        return ".".join(quoted(self._warehouse.dialect, part) for part in (self._warehouse.schema_of(layer), name))
