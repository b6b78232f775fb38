"""Dagster's event log in PostgreSQL, without secrets: what `event_log.py` is for SQLite.

For `dagster.yaml`, in place of `storage: postgres:`, which brings Dagster's own; docs/security.md shows it.
"""

from collections.abc import Mapping
from typing import Any

from dagster._serdes import ConfigurableClassData
from dagster_postgres.event_log import PostgresEventLogStorage
from dagster_postgres.utils import pg_url_from_config

from ecommerce_pipeline.masked_events import MaskedEvents
from ecommerce_pipeline.masked_streams import mask_streams

mask_streams()


class MaskedPostgresEventLogStorage(MaskedEvents, PostgresEventLogStorage):
    """The event log in the database that `postgres_url` or `postgres_db` names, as Dagster's own storage takes them."""

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "MaskedPostgresEventLogStorage":
        """Make the storage that `dagster.yaml` names."""
        return cls(
            postgres_url=pg_url_from_config(config_value),
            should_autocreate_tables=config_value.get("should_autocreate_tables", True),
            inst_data=inst_data,
        )
