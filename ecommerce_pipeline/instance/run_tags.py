"""Tags of runs: those in which Dagster names a run's partitions, and our own that marks runs of the command line."""

from collections.abc import Mapping
from typing import Final

from ecommerce_pipeline.instance.dagster_private import PARENT_RUN_ID_TAG

RANGE_START_TAG: Final = "dagster/asset_partition_range_start"
RANGE_END_TAG: Final = "dagster/asset_partition_range_end"
PARTITION_TAG: Final = "dagster/partition"

NO_DAYS: Final = "this run has no days: launch it again and choose a partition, that is a day or a range of days"
"""The error of a run of partitioned assets without a partition."""

COMMAND_LINE_TAG: Final = ".dagster/ecommerce_pipeline_command_line"
"""Marks the runs of `ecommerce-pipeline run`; the UI hides tags with this prefix."""

REBUILD_TAG: Final = "ecommerce_pipeline/rebuild"
"""The command of a run that builds the whole history of its models again, from staging: `rebuild fact_refund`."""


def partitions_of_run(tags: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the first and last partition key of a run, from its tags; None of a run that has none.

    >>> partitions_of_run({"dagster/partition": "2026-03-01"})
    ('2026-03-01', '2026-03-01')
    """
    first = tags.get(RANGE_START_TAG) or tags.get(PARTITION_TAG)
    last = tags.get(RANGE_END_TAG) or tags.get(PARTITION_TAG)
    return (first, last) if first and last else None


def is_of_command_line(tags: Mapping[str, str]) -> bool:
    """Return whether `ecommerce-pipeline run` executes a run; a re-execution in the UI has the tags of the first run.

    >>> is_of_command_line({COMMAND_LINE_TAG: "yes", "dagster/parent_run_id": "82ab"})
    False
    """
    return COMMAND_LINE_TAG in tags and PARENT_RUN_ID_TAG not in tags
