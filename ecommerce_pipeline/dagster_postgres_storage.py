"""Dagster's storage in PostgreSQL, for `deploy/dagster/dagster.yaml`: what `event_log.py` is for SQLite.

Where it is, is said by DAGSTER_POSTGRES_* and nowhere else, so that the configuration that Dagster hands from process
to process, in arguments and requests, holds no secret. Events are stored without secrets too.
"""

import os
from collections.abc import Mapping
from typing import Any, Final

from dagster._serdes import ConfigurableClassData
from dagster_postgres.event_log import PostgresEventLogStorage
from dagster_postgres.storage import DagsterPostgresStorage
from sqlalchemy import URL

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.masked_events import MaskedEvents
from ecommerce_pipeline.masked_streams import mask_streams
from ecommerce_pipeline.settings_secrets import read_secret

PREFIX: Final = "DAGSTER_POSTGRES_"
PASSWORD: Final = f"{PREFIX}PASSWORD"
DEFAULTS: Final = {"HOST": "", "PORT": "5432", "DB": "dagster", "USER": "dagster_storage"}
TLS: Final = ("SSLMODE", "SSLROOTCERT", "SSLCERT", "SSLKEY")
"""As libpq names it."""

mask_streams()


class MaskedPostgresEventLogStorage(MaskedEvents, PostgresEventLogStorage):
    """The event log in PostgreSQL, with its secrets masked."""


class PostgresStorage(DagsterPostgresStorage):
    """Runs, events and schedules in the database that DAGSTER_POSTGRES_* name."""

    def __init__(self, postgres_url: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(postgres_url, inst_data=inst_data)
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
        """Make the storage that `dagster.yaml` names.

        Raises:
            PlatformError: A variable is missing or wrong.
        """
        return cls(storage_url(os.environ), inst_data)


def storage_url(environment: Mapping[str, str]) -> str:
    """Return the address of Dagster's database, password included.

    Args:
        environment: DAGSTER_POSTGRES_HOST, _PORT, _DB, _USER, _PASSWORD or _PASSWORD_FILE, and TLS.

    Raises:
        PlatformError: The host or the password is missing, or the port is no port.
    """
    place = {name: environment.get(f"{PREFIX}{name}") or default for name, default in DEFAULTS.items()}
    password = read_secret(PASSWORD, environment)
    if not place["HOST"] or not password:
        needed = {f"{PREFIX}HOST": place["HOST"], f"{PASSWORD}_FILE": password}
        raise PlatformError(
            f"{' and '.join(name for name, value in needed.items() if not value)} not set, so that Dagster's storage "
            "cannot be reached: deploy/dagster/dagster.yaml needs them, see docs/deploy.md"
        )
    port = place["PORT"]
    if not port.isdecimal() or not 0 < int(port) < 2**16:
        raise PlatformError(f"{PREFIX}PORT={port}: no port; set a number from 1 to 65535, or unset it for 5432")
    tls = {name.lower(): value for name in TLS if (value := environment.get(f"{PREFIX}{name}"))}
    # With SQLAlchemy 2.1 the plain scheme means psycopg 3, on which dagster-postgres 0.29 fails.
    return URL.create(
        "postgresql+psycopg2", place["USER"], password, place["HOST"], int(port), place["DB"], tls
    ).render_as_string(hide_password=False)
