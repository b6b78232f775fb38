"""The run launcher, except on Kubernetes: the code location's server runs the runs, and it is known whether they live.

Dagster's own launcher does not ask. A run whose process was killed together with its server, by a new version or the
end of `dg dev`, would stay "started" forever and keep its pool slots.
"""

from dagster import DagsterRun, DefaultRunLauncher, deserialize_value
from typing_extensions import override

from ecommerce_pipeline.instance.dagster_private import (
    CanCancelExecutionRequest,
    CanCancelExecutionResult,
    CheckRunHealthResult,
    DagsterUserCodeUnreachableError,
    WorkerStatus,
)
from ecommerce_pipeline.instance.dead_runs import end_if_dead
from ecommerce_pipeline.instance.run_process import process_of

SECONDS_TO_ANSWER = 10


class WatchedRunLauncher(DefaultRunLauncher):
    """Launches runs on the code location's server; run monitoring fails, and retries, runs whose process is gone."""

    @property
    @override
    def supports_check_run_worker_health(self) -> bool:
        """Make run monitoring call `check_run_worker_health`."""
        return True

    @override
    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Return whether a started run is still executed; a server that does not answer may come back.

        A run whose process is gone is ended here, with the reason as its error; monitoring leaves an ended run alone.
        """
        if end_if_dead(self._instance, run):
            return CheckRunHealthResult(WorkerStatus.NOT_FOUND)
        if process_of(self._instance, run.run_id) is not None:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        client = self._get_grpc_client_for_termination(run.run_id)  # type: ignore[no-untyped-call]
        if client is None:
            return CheckRunHealthResult(WorkerStatus.RUNNING, "no code location's server launched it")
        try:
            answer = client.can_cancel_execution(CanCancelExecutionRequest(run_id=run.run_id), SECONDS_TO_ANSWER)
        except DagsterUserCodeUnreachableError:
            return CheckRunHealthResult(WorkerStatus.RUNNING, "the code location's server does not answer")
        if deserialize_value(answer, CanCancelExecutionResult).can_cancel:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return CheckRunHealthResult(WorkerStatus.NOT_FOUND, "the code location's server was restarted during the run")
