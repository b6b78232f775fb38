"""Runs whose process was killed: finding them, ending them, and freeing the pool slots that they hold.

Run monitoring does that too, while a daemon runs, and retries them: see `run_launcher`.
"""

import json
import socket
from contextlib import suppress

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter

from ecommerce_pipeline.instance.dagster_private import GRPC_INFO_TAG
from ecommerce_pipeline.instance.run_process import forget_process, process_of

UNFINISHED = (
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
)
"""Not the queued runs: a daemon will launch them, now or after its next start."""


def end_dead_runs(instance: DagsterInstance) -> list[DagsterRun]:
    """End the unfinished runs whose process is gone, and free the slots of runs that have ended or were deleted.

    Returns:
        The runs that were unfinished.
    """
    ended = [run for run in instance.get_runs(RunsFilter(statuses=list(UNFINISHED))) if end_if_dead(instance, run)]
    for run_id in instance.event_log_storage.get_concurrency_run_ids():
        free_leftover_slots(instance, run_id)
    return ended


def end_if_dead(instance: DagsterInstance, run: DagsterRun) -> bool:
    """End a run if it is unfinished and its process is gone, and free its slots; return whether it did."""
    reason = why_dead(instance, run)
    newest = instance.get_run_by_id(run.run_id)
    if reason is None or newest is None or newest.is_finished:
        return False
    if newest.status == DagsterRunStatus.CANCELING:
        instance.report_run_canceled(newest, f"Canceled: {reason}.")
    else:
        instance.report_run_failed(newest, f"The run was interrupted: {reason}. What it has written is complete.")
    free_leftover_slots(instance, run.run_id)
    return True


def free_leftover_slots(instance: DagsterInstance, run_id: str) -> bool:
    """Free the slots of a run that has ended or was deleted, unless its process lives; return whether it did."""
    run, process = instance.get_run_by_id(run_id), process_of(instance, run_id)
    if (run is not None and not run.is_finished) or (process is not None and process.alive):
        return False
    instance.event_log_storage.free_concurrency_slots_for_run(run_id)
    forget_process(instance, run_id)
    return True


def why_dead(instance: DagsterInstance, run: DagsterRun) -> str | None:
    """Return why nothing executes a run any more; None if something does, will do, or may do for all that is known."""
    if (process := process_of(instance, run.run_id)) is not None:
        return None if process.alive else f"its {process} was killed, or ran out of memory, or the machine restarted"
    return "the code server that launched it is gone" if _server_is_gone(instance, run) else None


def is_unknown(instance: DagsterInstance, run: DagsterRun) -> bool:
    """Return whether neither the process nor a server of an unfinished run is known: run monitoring will not end it."""
    watched = instance.run_launcher.supports_check_run_worker_health
    return watched and process_of(instance, run.run_id) is None and GRPC_INFO_TAG not in run.tags


def _server_is_gone(instance: DagsterInstance, run: DagsterRun) -> bool:
    """Return whether the server of a socket file launched the run, as in `dg dev`, and is gone: it never comes back."""
    server = run.tags.get(GRPC_INFO_TAG, "{}")
    path = json.loads(server).get("socket")
    parent = instance.get_run_by_id(run.parent_run_id) if run.parent_run_id else None
    # A retry has the tags of the run before it, until it is launched itself.
    if path is None or (parent is not None and parent.tags.get(GRPC_INFO_TAG) == server):
        return False
    with socket.socket(socket.AF_UNIX) as connection, suppress(BlockingIOError):
        connection.setblocking(False)
        try:
            connection.connect(path)
        except (FileNotFoundError, ConnectionRefusedError):
            return True
    return False
