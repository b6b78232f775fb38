"""What each process of the platform sets up once, before it works; importing a module has no such effect.

Called by the command line, the code location and the storages that Dagster loads from `dagster.yaml`.
"""

import atexit
import gc
import os
import signal
import sys
import threading
import time
import warnings
from functools import cache
from multiprocessing import parent_process
from typing import Final

from ecommerce_pipeline.masking.streams import mask_streams

EVENTS_AT_ONCE: Final = 1_000
"""Dagster stores the events of a run's partitions in batches of this size if the storage supports it."""

LIBPQ_VARIABLES: Final = (
    *("PGAPPNAME", "PGCHANNELBINDING", "PGCLIENTENCODING", "PGCONNECT_TIMEOUT", "PGDATABASE", "PGDATESTYLE", "PGGEQO"),
    *("PGGSSDELEGATION", "PGGSSENCMODE", "PGGSSLIB", "PGHOST", "PGHOSTADDR", "PGKRBSRVNAME", "PGLOADBALANCEHOSTS"),
    *("PGMAXPROTOCOLVERSION", "PGMINPROTOCOLVERSION", "PGOPTIONS", "PGPASSFILE", "PGPASSWORD", "PGPORT"),
    *("PGREQUIREAUTH", "PGREQUIREPEER", "PGSERVICE", "PGSERVICEFILE", "PGSSLCERT", "PGSSLCERTMODE", "PGSSLCOMPRESSION"),
    *("PGSSLCRL", "PGSSLCRLDIR", "PGSSLKEY", "PGSSLMAXPROTOCOLVERSION", "PGSSLMINPROTOCOLVERSION", "PGSSLMODE"),
    *("PGSSLNEGOTIATION", "PGSSLROOTCERT", "PGSSLSNI", "PGTARGETSESSIONATTRS", "PGTZ", "PGUSER"),
)
"""The variables of PostgreSQL's clients: https://www.postgresql.org/docs/current/libpq-envars.html.

They are removed: POSTGRES_* and DAGSTER_POSTGRES_* name the servers, and a PGHOSTADDR would lead to another one.
"""


def configure_process() -> None:
    """Set up this process: permissions of new files, memory, masked output, environment. Calling it again is safe."""
    # What the platform, dbt and Dagster write, rows and logs, is for its owner only.
    os.umask(0o077)
    tune_garbage_collection()
    mask_streams()
    end_with_dagster_dev()
    for name in LIBPQ_VARIABLES:
        os.environ.pop(name, None)
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", str(EVENTS_AT_ONCE))
    # Backfill policies are in beta. Dagster's version is pinned, and a warning per asset helps nobody.
    warnings.filterwarnings("ignore", message=r".* is currently in beta")


@cache
def tune_garbage_collection() -> None:
    """Collect garbage less often: imports, definitions and dbt's manifest are a million objects that live to the end.

    With Python's defaults, traversing them takes a quarter of each start of a code server, a run or a command.
    """
    gc.set_threshold(50_000, 20, 50)
    atexit.register(gc.freeze)  # saves the last traversal, at exit


def is_local_code_server() -> bool:
    """Return whether a UI or daemon on this machine started this process as its code server: it talks by a socket.

    A run's process has its parent's arguments, and a server in a container listens on a port.
    """
    return "--socket" in sys.argv and parent_process() is None


@cache
def end_with_dagster_dev() -> None:
    """End the webserver and the daemon of `dg dev` soon after it was killed; Dagster ends them only if it can say so.

    They would go on without a code server: the daemon would fail every run that a new `dg dev` launches.
    """
    if not in_dagster_dev() or "--shutdown-pipe" not in sys.argv:
        return
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=watch, name="end with dg dev", daemon=True).start()


def in_dagster_dev() -> bool:
    """Return whether `dg dev` or `dagster dev` started this process: both set a variable for their children."""
    return bool(os.environ.get("DAGSTER_IS_DEV_CLI"))
