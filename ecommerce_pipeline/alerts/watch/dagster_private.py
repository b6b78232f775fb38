"""Dagster's private names that the watch needs: the only module of `alerts/` that imports them.

`test_private_names.py` fails, by name, when an upgrade of Dagster takes one away.
"""

from dagster._core.errors import DagsterAssetCheckFailedError
from dagster._core.execution.backfill import BULK_ACTION_TERMINAL_STATUSES
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorTick,
    InstigatorType,
    ScheduleInstigatorData,
    TickStatus,
)
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.tags import (
    AUTO_RETRY_RUN_ID_TAG,
    AUTOMATION_CONDITION_TAG,
    BACKFILL_ID_TAG,
    MAX_RETRIES_TAG,
    PARENT_RUN_ID_TAG,
    RETRY_NUMBER_TAG,
    SCHEDULE_NAME_TAG,
    SENSOR_NAME_TAG,
    USER_TAG,
    WILL_RETRY_TAG,
)
from dagster._utils.schedules import reverse_cron_string_iterator

__all__ = [
    "AUTOMATION_CONDITION_TAG",
    "AUTO_RETRY_RUN_ID_TAG",
    "BACKFILL_ID_TAG",
    "BULK_ACTION_TERMINAL_STATUSES",
    "MAX_RETRIES_TAG",
    "PARENT_RUN_ID_TAG",
    "RETRY_NUMBER_TAG",
    "SCHEDULE_NAME_TAG",
    "SENSOR_NAME_TAG",
    "USER_TAG",
    "WILL_RETRY_TAG",
    "AssetCheckExecutionRecordStatus",
    "DagsterAssetCheckFailedError",
    "InstigatorState",
    "InstigatorTick",
    "InstigatorType",
    "ScheduleInstigatorData",
    "TickStatus",
    "reverse_cron_string_iterator",
]
