"""Tags of runs: those in which Dagster names a run's partitions, and our own that names its process."""

from collections.abc import Mapping
from typing import Final

import psutil

RANGE_START_TAG: Final = "dagster/asset_partition_range_start"
RANGE_END_TAG: Final = "dagster/asset_partition_range_end"
PARTITION_TAG: Final = "dagster/partition"

NO_DAYS: Final = "this run has no days: launch it again and choose a partition, that is a day or a range of days"
"""The error of a run of partitioned assets without a partition."""

PROCESS_TAG: Final = ".dagster/ecommerce_pipeline_process"
"""The process that executes a run of the command line: `<pid>@<start time>`; the UI hides tags with this prefix."""

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


def this_process() -> str:
    """Return the value of PROCESS_TAG for this process; with its start time, as process ids are reused."""
    process = psutil.Process()
    return f"{process.pid}@{process.create_time():.0f}"
