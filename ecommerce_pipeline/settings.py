"""What can be set, read from the environment once: every variable that is missing or wrong in one error.

Passwords are not here: resources read them when they connect. `docs/settings.md` and `.env.example` follow this file.
"""

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final, Literal

from pydantic import ConfigDict, Field, ValidationError, model_validator

from ecommerce_pipeline.settings_dashboard import DashboardSettings

PROJECT_ROOT: Final = Path(__file__).resolve().parent.parent


class SettingsError(ValueError):
    """One or more settings are missing or wrong; the message names each variable, its value and what it takes."""


class Settings(DashboardSettings):
    """The platform's settings; the name of a variable is the field's in capitals."""

    model_config = ConfigDict(frozen=True)

    target: Literal["local"] = Field("local", description="where lake and warehouse are")
    source: Literal["synthetic", "external"] = Field(
        "synthetic", description="synthetic: the shop's rows are generated; external: the tables are already there"
    )
    data_dir: Path = Field(PROJECT_ROOT / ".local", description="folder of everything kept on this machine")

    start_date: date = Field(date(2025, 1, 1), description="first day of the calendar (UTC, YYYY-MM-DD)")
    end_date: date = Field(date(2026, 3, 31), description="last day that `run` builds unless told otherwise")
    run_days: int = Field(30, ge=1, description="how many days `run` builds unless told otherwise")
    lateness_days: int = Field(3, ge=0, le=30, description="most days a row is written after it happened")

    seed: int = Field(42, ge=0, description="seed of the synthetic shop")
    scale: int = Field(1, ge=1, le=1000, description="multiplies the synthetic events per day; 1 is about 550 orders")
    customers: int = Field(100_000, ge=10, description="synthetic customers at END_DATE")
    products: int = Field(60_000, ge=10, description="synthetic products at END_DATE")
    stores: int = Field(40, ge=1, le=1000, description="synthetic stores")
    late_rate: float = Field(0.01, ge=0, le=0.5, description="share of rows written 1 to LATENESS_DAYS days late")
    duplicate_rate: float = Field(0.005, ge=0, le=0.5, description="share of rows written again, exactly")
    broken_rate: float = Field(0.005, ge=0, le=0.5, description="broken rows added, as a share of the rows")

    postgres_host: str | None = Field(None, description="PostgreSQL server; unset: an embedded one is started")
    postgres_port: int | None = Field(
        None, ge=1, le=65535, description="its port; of the embedded one: fixed, not free"
    )
    postgres_db: str = Field("ecommerce", description="database")
    postgres_user: str = Field("ecommerce", description="user; POSTGRES_PASSWORD is read when connecting")
    postgres_sslmode: Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] = Field(
        "prefer", description="TLS to POSTGRES_HOST, as libpq names it"
    )

    gcp_project: str | None = Field(None, description="Google Cloud project of the marts that Looker Studio shows")
    bigquery_dataset: str = Field(
        "ecommerce", pattern=r"^\w+$", description="beginning of the datasets' names: <it>_staging, _core, _datamart"
    )

    @model_validator(mode="after")
    def _calendar_is_in_order(self) -> "Settings":
        if self.end_date < self.start_date:
            raise ValueError(f"END_DATE={self.end_date} is before START_DATE={self.start_date}")
        return self

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings from environment variables; an empty variable counts as unset.

        Raises:
            SettingsError: At least one variable is wrong; the message names them all.
        """
        found = {name: environment.get(name.upper()) for name in cls.model_fields}
        try:
            return cls.model_validate({name: value for name, value in found.items() if value})
        except ValidationError as error:
            raise SettingsError("\n".join(_sentences(error))) from None

    @property
    def lake_dir(self) -> Path:
        """The folder of the lake's objects."""
        return self.data_dir / "lake"

    @property
    def warehouse_path(self) -> Path:
        """The DuckDB file of the warehouse."""
        return self.data_dir / "warehouse.duckdb"

    @property
    def postgres_dir(self) -> Path:
        """The folder of the embedded PostgreSQL."""
        return self.data_dir / "postgres"

    @property
    def dashboard_dir(self) -> Path:
        """The folder of the dashboard's page."""
        return self.data_dir / "dashboard"

    @property
    def bigquery_datasets(self) -> dict[str, str]:
        """The names of the warehouse's datasets, by layer."""
        return {layer: f"{self.bigquery_dataset}_{layer}" for layer in ("staging", "core", "datamart")}

    @property
    def dagster_home(self) -> Path:
        """The folder of Dagster's own storage."""
        return self.data_dir / "dagster"


def _sentences(error: ValidationError) -> list[str]:
    said = []
    for problem in error.errors():
        message = problem["msg"].removeprefix("Value error, ")
        if problem["loc"]:
            said.append(f"{str(problem['loc'][0]).upper()}={problem['input']}: {message[0].lower()}{message[1:]}")
        else:
            said.append(message)
    return said
