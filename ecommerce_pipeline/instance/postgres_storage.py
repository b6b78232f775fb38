"""Dagster's storage in PostgreSQL, for `deploy/dagster/dagster.yaml`: what `sqlite_event_log` is for SQLite.

Its address comes from DAGSTER_POSTGRES_* only, so the configuration that Dagster passes between processes, in arguments
and requests, holds no secret. Secrets in events are masked.
"""

import os
from collections.abc import Mapping
from typing import Any

from dagster_postgres import DagsterPostgresStorage, PostgresEventLogStorage
from sqlalchemy import URL

from ecommerce_pipeline.instance.calendar_end import page_partitions_from_the_end
from ecommerce_pipeline.instance.dagster_private import ConfigurableClassData
from ecommerce_pipeline.instance.failure_order import MarkedFailures
from ecommerce_pipeline.instance.masked_event_log import MaskedEvents
from ecommerce_pipeline.instance.run_storage import ExactDaysPostgresRunStorage
from ecommerce_pipeline.instance.storage_settings import storage_address
from ecommerce_pipeline.process import configure_process
from ecommerce_pipeline.resources.postgres.address import SILENT_PEER, Address


class MaskedPostgresEventLogStorage(MarkedFailures, MaskedEvents, PostgresEventLogStorage):
    """The event log in PostgreSQL, with its secrets masked."""


class PostgresStorage(DagsterPostgresStorage):
    """Runs, events and schedules in the database that DAGSTER_POSTGRES_* name."""

    def __init__(self, postgres_url: str, inst_data: ConfigurableClassData | None = None) -> None:
        # Every process of Dagster constructs its storage.
        configure_process()
        page_partitions_from_the_end()
        super().__init__(postgres_url, inst_data=inst_data)
        self._run_storage = ExactDaysPostgresRunStorage(postgres_url)
        self._event_log_storage = MaskedPostgresEventLogStorage(postgres_url)

    @classmethod
    def config_type(cls) -> Any:
        """Return the configuration schema: there is nothing to configure."""
        return {}

    @classmethod
    def from_config_value(
        cls,
        inst_data: ConfigurableClassData | None,
        config_value: Mapping[str, Any],  # noqa: ARG003 - the signature overridden
    ) -> "PostgresStorage":
        """Return the storage that `dagster.yaml` names.

        Raises:
            PlatformError: A variable is missing or wrong.
        """
        return cls(url_of(storage_address(os.environ)), inst_data)


def url_of(address: Address) -> str:
    """Return an address as dagster-postgres expects it, including the password."""
    # In SQLAlchemy 2.1 the plain scheme means psycopg 3, with which dagster-postgres 0.29 fails.
    url = URL.create(
        "postgresql+psycopg2",
        address.user,
        address.password,
        address.host,
        address.port,
        address.database,
        {**SILENT_PEER, **address.tls},
    )
    return url.render_as_string(hide_password=False)
