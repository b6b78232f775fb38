"""The failure of a run is read once the run is marked as failed, so that no retry is missed.

Dagster stores the event of a failure first and marks the run after it. Its daemon that retries runs reads events every
5 seconds, each once: had it read this one in between, it would take the run for one that needs no retry. The run would
stay failed, and its backfill would wait forever for the retry that the run's tag announces.
"""

import time
from collections.abc import Mapping
from itertools import takewhile
from typing import Final

from dagster import DagsterEventType, EventLogEntry, RunsFilter
from typing_extensions import override

from ecommerce_pipeline.instance.dagster_private import NOT_FINISHED_STATUSES, SqlEventLogStorage

MARKED_WITHIN: Final = 60
"""Seconds. A process that was killed before it marked its run never will; run monitoring ends that run once more."""


class MarkedFailures(SqlEventLogStorage):
    """Events of all runs up to the first failure whose run is not marked. A mixin: it comes before the storage."""

    @override
    def get_logs_for_all_runs_by_log_id(
        self,
        after_cursor: int = -1,
        dagster_event_type: DagsterEventType | set[DagsterEventType] | None = None,
        limit: int | None = None,
    ) -> Mapping[int, EventLogEntry]:
        """Return events by number, the oldest first; only the daemon that retries runs asks, with its last number."""
        found = super().get_logs_for_all_runs_by_log_id(after_cursor, dagster_event_type, limit)
        recent = [
            entry.run_id
            for entry in found.values()
            if entry.dagster_event_type == DagsterEventType.RUN_FAILURE
            and entry.timestamp > time.time() - MARKED_WITHIN
        ]
        if not recent:
            return found
        filters = RunsFilter(run_ids=recent, statuses=list(NOT_FINISHED_STATUSES))
        unmarked = {run.run_id for run in self._instance.get_runs(filters)}
        return dict(takewhile(lambda item: item[1].run_id not in unmarked, found.items()))
