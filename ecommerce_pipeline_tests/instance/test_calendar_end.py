"""The newest partitions of a calendar, as the UI asks for them to plot metadata by partition."""

from datetime import UTC, datetime

import pytest
from dagster import DailyPartitionsDefinition
from dagster._core.definitions.temporal_context import TemporalContext

from ecommerce_pipeline.instance.calendar_end import page_partitions_from_the_end
from ecommerce_pipeline.instance.dagster_private import PartitionLoadingContext

NOW = PartitionLoadingContext(
    temporal_context=TemporalContext(effective_dt=datetime(2026, 3, 10, 12, tzinfo=UTC), last_event_id=None),
    dynamic_partitions_store=None,
)


@pytest.mark.parametrize(
    ("end", "newest"), [("2026-03-05", "2026-03-04"), ("2026-12-31", "2026-03-09"), (None, "2026-03-09")]
)
def test_the_newest_days_are_those_before_the_end_or_today(end: str | None, newest: str) -> None:
    """Of a calendar that had ended they were days after its end, so the UI had nothing to plot."""
    page_partitions_from_the_end()
    calendar = DailyPartitionsDefinition("2026-02-01", end_date=end)
    every = calendar.get_partition_keys(current_time=NOW.effective_dt)
    assert every[-1] == newest
    first = calendar.get_paginated_partition_keys(NOW, limit=3, ascending=False)
    second = calendar.get_paginated_partition_keys(NOW, limit=3, ascending=False, cursor=first.cursor)
    assert [*first.results, *second.results] == every[:-7:-1]
    oldest = calendar.get_paginated_partition_keys(NOW, limit=3, ascending=True)
    assert oldest.results == every[:3]
