"""A warehouse that is built in a new file, which takes the place of the old one once it is complete."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import duckdb

from ecommerce_pipeline.errors import NotBuiltError, PlatformError
from ecommerce_pipeline.locks import lock_holder, locked
from ecommerce_pipeline.resources.warehouse.duckdb.file import open_file

KEPT: Final = ".before-rebuild-"
"""What follows the name of a file in the name of an old one that is kept."""

COMPACTED: Final = ".compacted"
"""What follows the name of a file in the name of the one that takes its place."""

REMEMBERING: Final = r"""
    SELECT DISTINCT table_name
    FROM information_schema.columns
    WHERE
        table_schema = 'core'
        AND table_name LIKE 'dim\_%' ESCAPE '\'
        AND (column_name = 'deleted_at' OR table_name LIKE '%\_history' ESCAPE '\')
"""


@contextmanager
def replacing(path: Path, new: Path, report: Callable[[str], object]) -> Iterator[None]:
    """Build a new file in the block; then it takes the place of the old one, which is kept beside it.

    The new file begins with what no source has any more: versions of dimensions' rows, and rows that the shop deleted.
    If the block fails or is interrupted, the old file stays in its place.

    Args:
        path: The warehouse's file, which may be damaged or missing.
        new: The file to build, alone in its folder.
        report: Takes messages: whom it waits for, and where the old file is kept.

    Raises:
        PlatformError: Another process holds the old file, or has written to it.
    """
    new.parent.mkdir(parents=True, exist_ok=True)
    with locked(new.parent), ExitStack() as stack:
        stack.callback(shutil.rmtree, new.parent, ignore_errors=True)
        for leftover in new.parent.iterdir():
            leftover.unlink()
        existed = path.exists()
        if (old := _keep_writers_out(path, report, stack)) is not None:
            _carry_over(old, new, report)
        yield
        with duckdb.connect(new) as connection:
            connection.execute("CHECKPOINT")
        if path.exists() and not existed:
            raise PlatformError(f"another run created {path} while it was rebuilt; it is unchanged: run this again")
        if existed:
            kept = path.with_name(f"{path.name}{KEPT}{datetime.now(UTC):%Y%m%dT%H%M%S}")
            _set_aside(path, kept)
            report(f"the old warehouse is kept as {kept}: delete it when you no longer need it")
        new.replace(path)


def compact(path: Path, report: Callable[[str], object]) -> None:
    """Write the tables to a new file in the place of the old one: the old one still has what was deleted.

    Args:
        path: The warehouse's file.
        report: Takes messages: whom it waits for.

    Raises:
        PlatformError: Another process holds the file.
        NotBuiltError: There is none.
    """
    new = path.with_name(f"{path.name}{COMPACTED}")
    with open_file(path, report, read_only=False) as connection:
        new.unlink(missing_ok=True)  # of an interrupted attempt
        connection.execute("CHECKPOINT")
        [(name,)] = connection.execute("SELECT current_database()").fetchall()
        connection.execute(f"ATTACH '{str(new).replace(chr(39), chr(39) * 2)}' AS compacted")
        connection.execute(f'COPY FROM DATABASE "{name}" TO compacted')
        connection.execute("DETACH compacted")
        # While the old file is locked: nobody can write to it in between.
        new.replace(path)
        path.with_name(f"{path.name}.wal").unlink(missing_ok=True)


def _keep_writers_out(
    path: Path, report: Callable[[str], object], stack: ExitStack
) -> duckdb.DuckDBPyConnection | None:
    """Open the old file for reading: what others wrote into it now would be lost. Nobody can write to a damaged one."""
    try:
        return stack.enter_context(open_file(path, report, read_only=True))
    except NotBuiltError:
        return None
    except PlatformError:
        if path.is_file() and lock_holder(path, exclusive=False) is not None:
            raise
        report(f"the old warehouse {path} cannot be read; it is replaced as a whole")
        return None


def _carry_over(old: duckdb.DuckDBPyConnection, new: Path, report: Callable[[str], object]) -> None:
    """Copy the dimensions that remember: their models read what the last run has left of them."""
    try:
        names = [name for (name,) in old.execute(REMEMBERING).fetchall()]
        kept = {name: old.table(f"core.{name}").to_arrow_table() for name in names}
    except duckdb.Error as error:
        report(f"versions and deleted rows of dimensions cannot be read from the old warehouse, and are lost: {error}")
        return
    with duckdb.connect(new) as connection:
        connection.execute("CREATE SCHEMA core")
        for name, rows in kept.items():
            connection.register("rows_kept", rows)
            connection.execute(f"CREATE TABLE core.{name} AS FROM rows_kept")


def _set_aside(path: Path, kept: Path) -> None:
    """Give the old file a second name, with what it has not yet merged; the first stays until the new file has it."""
    try:
        kept.hardlink_to(path)
    except OSError:  # a folder, or a file system without hard links
        path.rename(kept)
    # DuckDB would replay it into the new file.
    unmerged = path.with_name(f"{path.name}.wal")
    if unmerged.exists():
        unmerged.rename(kept.with_name(f"{kept.name}.wal"))
