"""One method of Dagster, corrected: the newest partitions of a calendar that has ended.

The UI asks for them in pages, newest first, to plot metadata by partition. Dagster counts from today instead of from
the calendar's end, so a calendar that ended months ago has no plots.
"""

from functools import cache, wraps

from dagster import TimeWindowPartitionsDefinition

from ecommerce_pipeline.instance.dagster_private import PaginatedResults, PartitionLoadingContext, copy


@cache
def page_partitions_from_the_end() -> None:
    """Let Dagster page the partitions of this process's calendars from their end, if it is in the past."""
    page = TimeWindowPartitionsDefinition.get_paginated_partition_keys

    @wraps(page)
    def page_from_the_end(
        self: TimeWindowPartitionsDefinition,
        context: PartitionLoadingContext,
        limit: int,
        ascending: bool,
        cursor: str | None = None,
    ) -> PaginatedResults[str]:
        if self.end is not None and context.effective_dt.timestamp() > self.end.timestamp():
            context = copy(context, temporal_context=copy(context.temporal_context, effective_dt=self.end))
        return page(self, context, limit, ascending, cursor)

    TimeWindowPartitionsDefinition.get_paginated_partition_keys = page_from_the_end  # type: ignore[method-assign]
