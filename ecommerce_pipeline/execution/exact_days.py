"""The steps of a run whose days do not lie together: Dagster only knows ranges, from the first day to the last.

Without this, a run of two days a year apart would be recorded as a materialization of the whole year.
"""

from typing import Any

from ecommerce_pipeline.execution.dagster_private import PartitionsSubset, StepExecutionContext
from ecommerce_pipeline.partitions import Days


def restrict_to_days(context: StepExecutionContext, days: Days) -> None:
    """Let the inputs and outputs of a step have these days only."""
    keys = [day.isoformat() for day in days]
    output_context, subset_for_input = context.get_output_context, context.asset_partitions_subset_for_input

    def of_output(*arguments: Any, **named: Any) -> Any:
        output = output_context(*arguments, **named)
        if output.has_asset_partitions:
            output._asset_partitions_subset = output.asset_partitions_def.subset_with_partition_keys(keys)
        return output

    def of_input(*arguments: Any, **named: Any) -> PartitionsSubset:
        subset: Any = subset_for_input(*arguments, **named)
        return subset.partitions_def.subset_with_partition_keys(keys)  # type: ignore[no-any-return]

    vars(context)["get_output_context"] = of_output
    vars(context)["asset_partitions_subset_for_input"] = of_input
