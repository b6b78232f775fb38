"""What a run's tags tell: its partitions, and who or what launched it."""

from collections.abc import Mapping

from ecommerce_pipeline.alerts.problem import Span
from ecommerce_pipeline.alerts.watch.dagster_private import (
    AUTOMATION_CONDITION_TAG,
    BACKFILL_ID_TAG,
    PARENT_RUN_ID_TAG,
    RETRY_NUMBER_TAG,
    SCHEDULE_NAME_TAG,
    SENSOR_NAME_TAG,
    USER_TAG,
)
from ecommerce_pipeline.instance.run_tags import (
    DAYS_TAG,
    PARTITION_TAG,
    RANGE_END_TAG,
    RANGE_START_TAG,
    is_of_command_line,
)


def span_of(tags: Mapping[str, str]) -> Span | None:
    """Return the partitions in a run's tags, which need not be days."""
    first = tags.get(RANGE_START_TAG) or tags.get(PARTITION_TAG)
    last = tags.get(RANGE_END_TAG) or tags.get(PARTITION_TAG)
    return Span(first=first, last=last, days=tags.get(DAYS_TAG, "")) if first and last else None


def launched_by(tags: Mapping[str, str]) -> str:
    """Return who or what launched a run, in words.

    >>> launched_by({"dagster/schedule_name": "daily"})
    'schedule daily'
    """
    if PARENT_RUN_ID_TAG in tags and RETRY_NUMBER_TAG in tags:
        rest = {name: value for name, value in tags.items() if name not in {PARENT_RUN_ID_TAG, RETRY_NUMBER_TAG}}
        return f"automatic retry of run {tags[PARENT_RUN_ID_TAG]} ({launched_by(rest)})"
    for tag, what in ((SCHEDULE_NAME_TAG, "schedule"), (SENSOR_NAME_TAG, "sensor"), (BACKFILL_ID_TAG, "backfill")):
        if tag in tags:
            return f"{what} {tags[tag]}{f', by {tags[USER_TAG]}' if USER_TAG in tags else ''}"
    if AUTOMATION_CONDITION_TAG in tags:
        return "an automation condition"
    if is_of_command_line(tags):
        return "a person, on the command line"
    person = tags.get(USER_TAG) or "a person, in the UI or through its API"
    return f"{person}, as a re-execution of run {tags[PARENT_RUN_ID_TAG]}" if PARENT_RUN_ID_TAG in tags else person
