"""The program `ecommerce-pipeline-dbt`: dbt, run in the folder of the warehouse, once no other process uses its file.

So the profile names DuckDB's file without its folder. With the path in the profile, dbt would parse the whole project
again for every other folder.
"""

import json
import logging
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, cast

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.locks import LockWait, lock_for_this_process, lock_holder
from ecommerce_pipeline.process import tune_garbage_collection

FOLDER_VARIABLE: Final = "WAREHOUSE_DIR"
FILE_VARIABLE: Final = "WAREHOUSE_FILE_TO_LOCK"
"""Names DuckDB's file for the commands that open it."""
WAIT_EVENT: Final = "WaitForWarehouse"
"""The name of our own events among dbt's."""
PATH_VARIABLE: Final = "WAREHOUSE_DUCKDB_PATH"
"""Read by profiles.yml: DuckDB's file, from that folder."""
AWAIT_COMMAND: Final = "--await-command"
"""The argument, before a target and a folder of the parsed project, that lets the program read the project, and its
arguments and more environment from standard input."""
PARTIAL_PARSE: Final = "partial_parse.msgpack"
"""dbt's name of the file of the parsed project."""


def main() -> None:
    """Run dbt for the project in the current folder, from the folder in WAREHOUSE_DIR."""
    tune_garbage_collection()
    # On a full disk, Python would print a stack trace for each line of dbt's log, thousands of lines in all.
    logging.raiseExceptions = False
    # dbt would read the secrets in the project's .env, which are kept from it.
    os.environ["PYTHON_DOTENV_DISABLED"] = "1"

    from dbt.cli.main import cli

    from ecommerce_pipeline.resources.dbt.quiet_events import QuietEvents, ctx_set_event_manager

    ctx_set_event_manager(QuietEvents())
    os.environ.setdefault("DBT_PROJECT_DIR", str(Path.cwd()))
    os.chdir(os.environ.get(FOLDER_VARIABLE) or ".")
    run: Callable[[], int] = cli
    if sys.argv[1:2] == [AWAIT_COMMAND]:
        run = await_command(*sys.argv[2:])
    if file := os.environ.get(FILE_VARIABLE):
        try:
            lock_warehouse(Path(file))
        except PlatformError as error:
            _report("error", str(error))
            sys.exit(1)
    sys.exit(run())


def await_command(target: str, parsed: str) -> Callable[[], int]:
    """Read the parsed project, and take over the environment that comes with the arguments as one line of JSON.

    Args:
        target: The target in profiles.yml.
        parsed: The folder of the parsed project.

    Returns:
        What runs dbt with the arguments, and returns its exit code. The process ends if none come.
    """
    from dbt.cli.main import dbtRunner

    with TemporaryDirectory() as copy:  # dbt writes into the folder, which others read
        with suppress(OSError):
            shutil.copy(Path(parsed) / PARTIAL_PARSE, copy)
        options = ["--target", target, "--target-path", copy, "--no-write-json"]
        project = dbtRunner().invoke(["--quiet", "--log-level", "none", "--log-level-file", "none", "parse", *options])
    command = json.loads(sys.stdin.readline() or "null")
    if command is None:
        sys.exit()
    os.environ.update(command["environment"])

    def run() -> int:
        # A project that could not be read is read again, for the error.
        done = dbtRunner(cast("Any", project.result) if project.success else None).invoke(command["arguments"])
        return 0 if done.success else 1 if done.exception is None else 2

    return run


def lock_warehouse(file: Path) -> None:
    """Lock DuckDB's file for this process, after waiting for others: dbt fails at once if another process uses it.

    Raises:
        PlatformError: It stays locked.
    """
    wait = LockWait(file, lambda message: _report("warn", message))
    with suppress(OSError):  # dbt's own error will say why the file cannot be opened
        while not lock_for_this_process(file):
            holder = lock_holder(file, exclusive=True)
            if holder is not None:
                wait.pause(holder)


def wait_event(line: str) -> dict[str, str] | None:
    """Return our own event, with `level` and `msg`, that a line of dbt's output is; None for dbt's own lines."""
    if WAIT_EVENT not in line:
        return None
    try:
        event: dict[str, str] = json.loads(line)["info"]
    except (json.JSONDecodeError, KeyError, TypeError):
        return None
    return event if event.get("name") == WAIT_EVENT else None


def _report(level: str, message: str) -> None:
    """Print an event in the format of dbt's log."""
    print(json.dumps({"info": {"name": WAIT_EVENT, "level": level, "msg": message}, "data": {}}), flush=True)  # noqa: T201
