"""Metadata of single partitions, for all days of a run in one call."""

from collections.abc import Mapping
from typing import Any

from dagster import AssetExecutionContext, AssetKey, DagsterInvariantViolationError, OutputContext

from ecommerce_pipeline.execution.dagster_private import AssetMetadataHandle, OutputMetadataAccumulator


def add_partition_metadata(
    context: AssetExecutionContext | OutputContext, asset_key: AssetKey, by_partition: Mapping[str, Mapping[str, Any]]
) -> None:
    """Add metadata to an asset's materializations, by partition.

    Dagster's `add_asset_metadata` takes one partition, and copies all metadata that the step has added before: for the
    models of a year, seconds.
    """
    if isinstance(context, OutputContext):
        try:
            step = context.step_context
        except DagsterInvariantViolationError:  # of `build_output_context`, outside a run: nothing is materialized
            return
    else:
        step = context.get_step_execution_context()
    metadata = dict(step._metadata_accumulator.per_output_metadata)
    for partition, added in by_partition.items():
        metadata[AssetMetadataHandle(asset_key=asset_key, partition_key=partition)] = added
    step._metadata_accumulator = OutputMetadataAccumulator(per_output_metadata=metadata)
