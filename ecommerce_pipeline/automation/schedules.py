"""Schedules: the daily run, and exact looks at the source by night.

Each evaluates to one run of a set of days: those that have changed in the source and, daily, yesterday.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from dagster import (
    DefaultScheduleStatus,
    JobDefinition,
    RunRequest,
    ScheduleDefinition,
    ScheduleEvaluationContext,
    SkipReason,
)

from ecommerce_pipeline.assets.changes import has_day, look_before_run, tags_of_look
from ecommerce_pipeline.automation.steps import EVERYTHING
from ecommerce_pipeline.instance.run_tags import tags_of_days
from ecommerce_pipeline.partitions import ONE_DAY, Days
from ecommerce_pipeline.quality.changes import Look
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import postgres, target_of

WEEKLY: Final = "exact_all_days"
