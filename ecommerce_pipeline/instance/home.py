"""Dagster's home directory and instance, and the runs in it whose process was killed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psutil
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.instance.run_tags import PROCESS_TAG
from ecommerce_pipeline.instance.storage_errors import (
    check_path,
    explaining_configuration_errors,
    explaining_storage_errors,
)
from ecommerce_pipeline.locks import locked
from ecommerce_pipeline.settings import Settings

CONFIGURATION: Final = Path(__file__).with_name("dagster.yaml").resolve()
"""The project's dagster.yaml: a link in the checkout, a file in the wheel."""


def prepare_home(settings: Settings) -> Path:
    """Create Dagster's home, DAGSTER_HOME or a project folder, with the project's dagster.yaml; return its path.

    Raises:
        PlatformError: It cannot be created.
    """
    home = Path(os.environ.get("DAGSTER_HOME") or settings.dagster_home).resolve()
    check_path(home)
    try:
        home.mkdir(parents=True, exist_ok=True)
        configuration = home / "dagster.yaml"
        if not configuration.exists():
            configuration.unlink(missing_ok=True)
            configuration.symlink_to(CONFIGURATION)
    except OSError as error:
        raise PlatformError(
            f"Dagster's home {home} cannot be used ({error.strerror}): make it a folder that this user can write to, "
            "or set DAGSTER_HOME (by default DATA_DIR/dagster) to another"
        ) from None
    os.environ["DAGSTER_HOME"] = str(home)
    return home


@contextmanager
def open_instance(settings: Settings) -> Iterator[DagsterInstance]:
    """Open the Dagster instance of the home; one process at a time creates the tables of its storages.

    Raises:
        PlatformError: A file of the home is locked, read-only, damaged or malformed, also if that happens in the block.
    """
    home = prepare_home(settings)
    with explaining_storage_errors(home):
        with locked(home), explaining_configuration_errors(home):
            instance = DagsterInstance.get()
            # Dagster creates some of them on first access, and fails if two processes do so at the same time.
            _ = (instance.run_storage, instance.event_log_storage, instance.schedule_storage)
        with instance:
            yield instance


def fail_orphaned_runs(instance: DagsterInstance) -> list[str]:
    """Fail the runs whose process no longer exists, and free the pool slots that they hold.

    Returns:
        The ids of the runs.
    """
    unfinished = RunsFilter(statuses=[DagsterRunStatus.STARTED, DagsterRunStatus.STARTING])
    orphaned = [run for run in instance.get_runs(unfinished) if _is_orphaned(run)]
    for run in orphaned:
        instance.report_run_failed(run, f"The process {run.tags[PROCESS_TAG].split('@')[0]} of this run was killed.")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return [run.run_id for run in orphaned]


def _is_orphaned(run: DagsterRun) -> bool:
    # A run that the UI re-executes has the tags of the command line's run, but not its process.
    return PROCESS_TAG in run.tags and run.parent_run_id is None and not _is_alive(run)


def _is_alive(run: DagsterRun) -> bool:
    pid, started = run.tags[PROCESS_TAG].split("@")
    try:
        return f"{psutil.Process(int(pid)).create_time():.0f}" == started
    except psutil.NoSuchProcess:
        return False
