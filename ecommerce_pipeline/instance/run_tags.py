"""Tags of runs: those in which Dagster names a run's partitions, and our own that marks runs of the command line."""

from collections.abc import Mapping
from typing import Final

from ecommerce_pipeline.instance.dagster_private import PARENT_RUN_ID_TAG
from ecommerce_pipeline.partitions import Days

RANGE_START_TAG: Final = "dagster/asset_partition_range_start"
RANGE_END_TAG: Final = "dagster/asset_partition_range_end"
PARTITION_TAG: Final = "dagster/partition"

DAYS_TAG: Final = "ecommerce_pipeline/days"
"""All days of a run whose days do not lie together."""

NO_DAYS: Final = "this run has no days: launch it again and choose a partition, that is a day or a range of days"
"""The error of a run of partitioned assets without a partition."""

COMMAND_LINE_TAG: Final = ".dagster/ecommerce_pipeline_command_line"
"""Marks the runs of `ecommerce-pipeline run`; the UI hides tags with this prefix."""

LOOK_TAG: Final = "ecommerce_pipeline/look"
"""Marks the runs that build all days which a look at the source found to have changed."""
LOOKED_UNTIL_TAG: Final = ".dagster/ecommerce_pipeline_looked_until"
"""The newest change of each table that the look has seen; the UI hides tags with this prefix. Also the key under which
a look that found nothing keeps it."""
LEFT_TAG: Final = ".dagster/ecommerce_pipeline_days_left"
"""The days that the look found and the run does not build, because they have not ended."""

REBUILD_TAG: Final = "ecommerce_pipeline/rebuild"
"""The command of a run that builds the whole history of its models again, from staging: `rebuild fact_refund`."""


def days_of_tags(tags: Mapping[str, str]) -> Days | None:
    """Return the days of a run, from its tags; None of a run that has none, or partitions that are no days.

    >>> print(days_of_tags({"dagster/partition": "2026-03-01"}))
    2026-03-01
    >>> print(days_of_tags({"dagster/partition": "Europe"}))
    None
    """
    if days := tags.get(DAYS_TAG):
        return Days.parse(days)
    first = tags.get(RANGE_START_TAG) or tags.get(PARTITION_TAG)
    last = tags.get(RANGE_END_TAG) or tags.get(PARTITION_TAG)
    try:
        return Days.of_keys(first, last) if first and last else None
    except ValueError:
        return None


def tags_of_days(days: Days) -> dict[str, str]:
    """Return the tags of a run of these days; Dagster's own only know a range, from the first to the last.

    >>> tags_of_days(Days.parse("2026-03-01, 2026-03-04"))["ecommerce_pipeline/days"]
    '2026-03-01, 2026-03-04'
    """
    scattered = {DAYS_TAG: str(days)} if len(days.windows) > 1 else {}
    return {RANGE_START_TAG: days.first.isoformat(), RANGE_END_TAG: days.last.isoformat(), **scattered}


def is_of_command_line(tags: Mapping[str, str]) -> bool:
    """Return whether `ecommerce-pipeline run` executes a run; a re-execution in the UI has the tags of the first run.

    >>> is_of_command_line({COMMAND_LINE_TAG: "yes", "dagster/parent_run_id": "82ab"})
    False
    """
    return COMMAND_LINE_TAG in tags and PARENT_RUN_ID_TAG not in tags
