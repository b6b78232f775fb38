"""The program `ecommerce-pipeline-dbt`: dbt, run in the folder of the warehouse, once no other process uses its file.

So the profile names DuckDB's file without its folder. With the path in the profile, dbt would parse the whole project
again for every other folder.
"""

import json
import logging
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

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
"""The argument that lets the program import dbt, and read its arguments and environment from standard input."""


def main() -> None:
    """Run dbt for the project in the current folder, from the folder in WAREHOUSE_DIR."""
    tune_garbage_collection()
    # On a full disk, Python would print a stack trace for each line of dbt's log, thousands of lines in all.
    logging.raiseExceptions = False
    # dbt would read the secrets in the project's .env, which are kept from it.
    os.environ["PYTHON_DOTENV_DISABLED"] = "1"

    from dbt.cli.main import cli

    if sys.argv[1:] == [AWAIT_COMMAND]:
        await_command()
    os.environ.setdefault("DBT_PROJECT_DIR", str(Path.cwd()))
    os.chdir(os.environ.get(FOLDER_VARIABLE) or ".")
    if file := os.environ.get(FILE_VARIABLE):
        try:
            lock_warehouse(Path(file))
        except PlatformError as error:
            _report("error", str(error))
            sys.exit(1)
    sys.exit(cli())


def await_command() -> None:
    """Take over the arguments and the environment that come as one line of JSON; end if none come."""
    command = json.loads(sys.stdin.readline() or "null")
    if command is None:
        sys.exit()
    sys.argv[1:] = command["arguments"]
    os.environ.update(command["environment"])


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
