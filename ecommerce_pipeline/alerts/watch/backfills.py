"""Backfills: whether one has ended."""

from dagster import DagsterInstance

from ecommerce_pipeline.alerts.watch.dagster_private import BULK_ACTION_TERMINAL_STATUSES


def backfill_has_ended(instance: DagsterInstance, backfill_id: str) -> bool:
    """Return whether a backfill starts no further run: it ended, or was deleted."""
    backfill = instance.get_backfill(backfill_id)
    return backfill is None or backfill.status in BULK_ACTION_TERMINAL_STATUSES
