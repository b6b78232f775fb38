"""Dagster's private names that executing a run needs: the only module of `execution/` that imports them.

`test_private_names.py` fails, by name, when an upgrade of Dagster takes one away.
"""

from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.definitions.partitions.subset import PartitionsSubset
from dagster._core.definitions.repository_definition.valid_definitions import SINGLETON_REPOSITORY_NAME
from dagster._core.events import EngineEventData
from dagster._core.execution.api import ExecuteRunWithPlanIterable, execute_run
from dagster._core.execution.compute_logs import create_compute_log_file_key
from dagster._core.execution.context.metadata_logging import AssetMetadataHandle, OutputMetadataAccumulator
from dagster._core.execution.context.system import PlanExecutionContext, PlanOrchestrationContext, StepExecutionContext
from dagster._core.execution.context_creation_job import PlanExecutionContextManager
from dagster._core.execution.plan.active import ActiveExecution
from dagster._core.execution.plan.execute_plan import (
    _handle_compute_log_setup_error as compute_log_setup_failed,
)
from dagster._core.execution.plan.execute_plan import (
    _handle_compute_log_teardown_error as compute_log_teardown_failed,
)
from dagster._core.execution.plan.execute_plan import (
    _trigger_hook as trigger_hooks,
)
from dagster._core.execution.plan.execute_plan import (
    dagster_event_sequence_for_step,
)
from dagster._core.execution.plan.instance_concurrency_context import InstanceConcurrencyContext
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.execution.retries import RetryMode, get_retries_config
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.storage.tags import MAX_RETRIES_TAG
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

__all__ = [
    "MAX_RETRIES_TAG",
    "SINGLETON_REPOSITORY_NAME",
    "ActiveExecution",
    "AssetMetadataHandle",
    "EngineEventData",
    "ExecuteRunWithPlanIterable",
    "ExecutionPlan",
    "InMemoryJob",
    "InstanceConcurrencyContext",
    "LoadableTargetOrigin",
    "ManagedGrpcPythonEnvCodeLocationOrigin",
    "OutputMetadataAccumulator",
    "PartitionsSubset",
    "PlanExecutionContext",
    "PlanExecutionContextManager",
    "PlanOrchestrationContext",
    "RemoteJobOrigin",
    "RemoteRepositoryOrigin",
    "RetryMode",
    "StepExecutionContext",
    "compute_log_setup_failed",
    "compute_log_teardown_failed",
    "create_compute_log_file_key",
    "dagster_event_sequence_for_step",
    "execute_run",
    "get_retries_config",
    "trigger_hooks",
]
