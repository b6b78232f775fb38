"""Tags of runs: those that Dagster puts on a run to name its partitions, and our own that names its process."""

from typing import Final

import psutil

# An asset without partitions has no other way to learn of the run's days.
RANGE_START_TAG: Final = "dagster/asset_partition_range_start"
RANGE_END_TAG: Final = "dagster/asset_partition_range_end"
PARTITION_TAG: Final = "dagster/partition"

PROCESS_TAG: Final = ".dagster/ecommerce_pipeline_process"
"""Names the process of a run that a command line executes itself: `<pid>@<start time>`; the UI hides such tags."""


def this_process() -> str:
    """Return the value of PROCESS_TAG for this process; process numbers alone are used again."""
    process = psutil.Process()
    return f"{process.pid}@{process.create_time():.0f}"
