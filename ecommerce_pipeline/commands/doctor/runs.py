"""What `doctor` checks of runs: none is dead, and the queue moves."""

import os
import time
from typing import Final

from dagster import DagsterInstance, DagsterRunStatus, RunsFilter

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.instance.dead_runs import UNFINISHED, end_dead_runs, is_unknown
from ecommerce_pipeline.instance.holders import describe_run, holders
from ecommerce_pipeline.instance.home import open_instance
from ecommerce_pipeline.instance.storage_settings import PREFIX
from ecommerce_pipeline.settings import Settings

QUEUE: Final = "QUEUED_RUN_COORDINATOR"
"""Dagster's daemon that launches queued runs."""
SECONDS_OF_SILENCE: Final = 120
"""It reports every half minute that it lives."""


def runs(settings: Settings) -> str:
    """End the runs whose process is gone, and return which runs are in progress and what they hold.

    Raises:
        PlatformError: Of a run on this machine it is not known whether it lives.
    """
    with open_instance(settings) as instance:
        ended = [describe_run(instance, run) for run in end_dead_runs(instance)]
        found = instance.get_runs(RunsFilter(statuses=list(UNFINISHED)))
        unknown = [describe_run(instance, run) for run in found if is_unknown(instance, run)]
        queued = instance.get_runs(RunsFilter(statuses=[DagsterRunStatus.QUEUED]))
        waiting = f"{len(queued)} queued"
        if queued and not _queue_moves(instance):
            waiting += (
                f", the oldest {describe_run(instance, queued[-1])}, and no daemon launches them: `make dev` does"
            )
        held = [
            f"pool {pool}: {holder}"
            for pool in sorted(instance.event_log_storage.get_concurrency_keys())
            for _, holder in holders(instance, pool)
        ]
    # On a server, `doctor` must not keep the services from starting that the remedy needs.
    if unknown and not os.environ.get(f"{PREFIX}HOST"):
        raise PlatformError(
            f"it is not known whether these run: {'; '.join(unknown)}. If they do not, terminate them in the UI (Runs, "
            "Terminate, force termination), which frees what they hold"
        )
    gone = [f"ended {run}, whose process was gone, and freed its slots" for run in ended]
    return "; ".join([f"{len(found)} in progress, {waiting}", *held, *gone])


def _queue_moves(instance: DagsterInstance) -> bool:
    heartbeat = instance.get_daemon_heartbeats().get(QUEUE)
    return heartbeat is not None and time.time() - heartbeat.timestamp < SECONDS_OF_SILENCE
