"""Entries that the platform adds to the log of a run."""

from collections.abc import Mapping
from typing import Any

from dagster import DagsterInstance, DagsterRun, MetadataValue

from ecommerce_pipeline.instance.dagster_private import EngineEventData


def add_to_run_log(
    instance: DagsterInstance, run: DagsterRun, message: str, metadata: Mapping[str, MetadataValue[Any]]
) -> None:
    """Add an entry to a run's log, which the UI shows; the run may have ended."""
    instance.report_engine_event(message, run, EngineEventData(metadata))
