"""The program `ecommerce-pipeline-dbt`: dbt, run in the folder of the warehouse, once no other process uses its file.

So the profile names DuckDB's file without its folder. With the path in the profile, dbt would parse the whole project
again for every other folder.
"""

import json
import logging
import os
import shutil
import sys
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
"""The argument that lets the program import dbt, and take its project and command from standard input."""
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
    from dbt_common.events.event_manager_client import ctx_set_event_manager

    from ecommerce_pipeline.resources.dbt.quiet_events import QuietEvents

    ctx_set_event_manager(QuietEvents())
    if sys.argv[1:] == [AWAIT_COMMAND]:
        sys.exit(await_command())
    _enter_folder()
    _lock_if_named()
    sys.exit(cli())


def await_command() -> int:
    """Run dbt as two lines of JSON on standard input say; return its exit code. Without a line, the process ends.

    The first line has the `target` in profiles.yml, `parsed`, the folder of the parsed project, and the `environment`
    that the project is read with. The second one has the `arguments`, and more environment.
    """
    from dbt.cli.main import dbtRunner

    project = _next_line()
    _enter_folder()
    with TemporaryDirectory() as copy:  # dbt writes into the folder, which others read
        with suppress(OSError):
            shutil.copy(Path(project["parsed"]) / PARTIAL_PARSE, copy)
        options = ["--target", project["target"], "--target-path", copy, "--no-write-json"]
        read = dbtRunner().invoke(["--quiet", "--log-level", "none", "--log-level-file", "none", "parse", *options])
    command = _next_line()
    _lock_if_named()
    # A project that could not be read is read again, for the error.
    done = dbtRunner(cast("Any", read.result) if read.success else None).invoke(command["arguments"])
    return 0 if done.success else 1 if done.exception is None else 2


def _next_line() -> dict[str, Any]:
    """Return a line of JSON from standard input, and take over its environment."""
    message: dict[str, Any] | None = json.loads(sys.stdin.readline() or "null")
    if message is None:
        sys.exit()
    os.environ.update(message["environment"])
    return message


def _enter_folder() -> None:
    os.environ.setdefault("DBT_PROJECT_DIR", str(Path.cwd()))
    os.chdir(os.environ.get(FOLDER_VARIABLE) or ".")


def _lock_if_named() -> None:
    """Lock DuckDB's file if the environment names it; end with the error that it stays locked."""
    if file := os.environ.get(FILE_VARIABLE):
        try:
            lock_warehouse(Path(file))
        except PlatformError as error:
            _report("error", str(error))
            sys.exit(1)


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
