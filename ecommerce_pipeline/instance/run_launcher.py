"""The run launcher in production, outside Kubernetes: the code location's server runs the runs, and is asked for them.

Dagster's own launcher does not ask. A run whose server was restarted, for example by a new version, would stay
"started" forever and keep its pool slots.
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

SECONDS_TO_ANSWER = 10


class WatchedRunLauncher(DefaultRunLauncher):
    """Launches runs on the code location's server; run monitoring fails, and retries, runs that the server lost."""

    @property
    @override
    def supports_check_run_worker_health(self) -> bool:
        """Make run monitoring call `check_run_worker_health`."""
        return True

    @override
    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Return whether the server that launched a run still runs it; an unreachable server may come back."""
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
