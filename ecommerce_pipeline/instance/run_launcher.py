"""Who starts runs in production, outside Kubernetes: the code location's server, of which is asked whether they live.

Dagster's own launcher does the same without asking. A run whose server was restarted, as by a new version, would then
be "started" for ever, and its slots be taken.
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
    """Starts runs on the code location's server; Dagster's run monitoring fails, and retries, those that it lost."""

    @property
    @override
    def supports_check_run_worker_health(self) -> bool:
        """Tell the run monitoring to ask."""
        return True

    @override
    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Return whether the server that started a run still has it; a server that is away may come back."""
        client = self._get_grpc_client_for_termination(run.run_id)  # type: ignore[no-untyped-call]
        if client is None:
            return CheckRunHealthResult(WorkerStatus.RUNNING, "no code location's server started it")
        try:
            answer = client.can_cancel_execution(CanCancelExecutionRequest(run_id=run.run_id), SECONDS_TO_ANSWER)
        except DagsterUserCodeUnreachableError:
            return CheckRunHealthResult(WorkerStatus.RUNNING, "the code location's server does not answer")
        if deserialize_value(answer, CanCancelExecutionResult).can_cancel:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return CheckRunHealthResult(WorkerStatus.NOT_FOUND, "the code location's server was restarted during the run")
