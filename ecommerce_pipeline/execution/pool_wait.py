"""One step's wait for a slot of a pool: who holds it, reported less and less often; holders that are dead are ended."""

import time
from typing import Final

from dagster import DagsterInstance, DagsterRun, MetadataValue

from ecommerce_pipeline.execution.dagster_private import EngineEventData
from ecommerce_pipeline.instance.dead_runs import end_if_dead, free_leftover_slots
from ecommerce_pipeline.instance.holders import holders
from ecommerce_pipeline.locks import ReportTimes

SECONDS_BETWEEN_LOOKS: Final = 5.0
WAITED: Final = "waited"
"""The metadata by which a report of a wait is known among the events of a run."""


class PoolWait:
    """The wait, from its start to its end."""

    def __init__(self, instance: DagsterInstance, run: DagsterRun, step_key: str, pool: str) -> None:
        self._instance = instance
        self._run = run
        self._step_key = step_key
        self._pool = pool
        self._reports = ReportTimes()
        self._next_look = 0.0

    def look(self) -> None:
        """Look who holds the pool, if it is time to, and report it if it is time to."""
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + SECONDS_BETWEEN_LOOKS
        found = dict(holders(self._instance, self._pool))
        for run_id in [run_id for run_id in found if self._free(run_id)]:
            self._report(f"freed pool {self._pool}, which a dead run held: {found.pop(run_id)}")
        if self._reports.due():
            by = " and ".join(found.values()) or "no run: its limit is 0, or another run is next"
            self._report(f"waiting for pool {self._pool}, held by {by}; waited {self._reports.waited:,.0f} s")

    def _free(self, run_id: str) -> bool:
        run = self._instance.get_run_by_id(run_id)
        return (run is not None and end_if_dead(self._instance, run)) or free_leftover_slots(self._instance, run_id)

    def _report(self, message: str) -> None:
        metadata = {"pool": MetadataValue.pool(self._pool), WAITED: MetadataValue.float(self._reports.waited)}
        self._instance.report_engine_event(
            message, self._run, EngineEventData(metadata=metadata), step_key=self._step_key
        )
