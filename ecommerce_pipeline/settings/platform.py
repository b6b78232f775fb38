"""`Settings`, read from the environment once: one error names every variable that is missing or wrong.

Secrets are read by resources when they connect: see `settings.secrets`.
"""

import os
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field, ValidationError, field_validator, model_validator

from ecommerce_pipeline.masking import mask
from ecommerce_pipeline.schema.forecasts import WAREHOUSE_LAYERS
from ecommerce_pipeline.schema.keys import KeyType, use_keys
from ecommerce_pipeline.schema.personal import PersonalData
from ecommerce_pipeline.settings.dashboard import DashboardSettings
from ecommerce_pipeline.settings.mail import MailSettings
from ecommerce_pipeline.settings.parsers import day, parsed, zone_name
from ecommerce_pipeline.settings.places import BASE_DIR
from ecommerce_pipeline.settings.secrets import PERSON_KEY, wrong_secrets

NEEDED: Final = {"gcp": ("gcp_project", "gcs_bucket")}
"""The settings without a default that a target needs."""


class SettingsError(ValueError):
    """Settings are missing or wrong; the message names each variable, its value and the values allowed."""

    def __init__(self, message: str) -> None:
        super().__init__(mask(message))


class Settings(DashboardSettings, MailSettings):
    """The platform's settings; the name of a variable is the field's in capitals."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    target: Literal["local", "gcp"] = Field(
        "local", description="local: a folder and a DuckDB file; gcp: Cloud Storage and BigQuery"
    )
    source: Literal["synthetic", "external"] = Field(
        "synthetic", description="synthetic: rows are generated; external: the tables already exist in PostgreSQL"
    )
    data_dir: Path = Field(BASE_DIR / ".local", description="folder of all data on this machine")

    log_format: Literal["colored", "json"] = Field("colored", description="format of the logs of runs and servers")
    dbt_parsed_dir: Path | None = Field(None, description="folder of the parsed dbt project; unset: in DATA_DIR")

    start_date: Annotated[date, parsed(day)] = Field(
        date(2025, 1, 1), description="first day of the calendar (YYYY-MM-DD)"
    )
    end_date: Annotated[date, parsed(day)] = Field(
        date(2026, 3, 31), description="last day of the synthetic shop; your own shop's calendar goes to yesterday"
    )
    time_zone: Annotated[str, parsed(zone_name)] = Field(
        "UTC", description="time zone of business days, a name of the IANA database, for example America/Sao_Paulo"
    )
    changes_overlap_minutes: int = Field(
        60,
        ge=0,
        description="how long a transaction of the source may take to commit: changes so old are looked at again",
    )
    today: bool = Field(False, description="true: the calendar ends with today, a day that is partial until it ends")
    refresh_minutes: int = Field(2, ge=1, le=60, description="with TODAY, minutes between looks at the source")
    exact_days: int = Field(90, ge=1, description="days that the nightly schedule compares with the source exactly")
    run_days: int = Field(30, ge=1, description="number of days that `run` builds by default")

    seed: int = Field(42, ge=0, description="seed of the synthetic shop")
    scale: int = Field(1, ge=1, le=1000, description="factor of the synthetic events per day; 1 is about 550 orders")
    reference_date: Annotated[date, parsed(day)] = Field(
        date(2026, 3, 31), description="day on which the synthetic shop has its sizes; it grows before and after"
    )
    customers: int = Field(100_000, ge=10, description="synthetic customers at REFERENCE_DATE")
    products: int = Field(60_000, ge=10, description="synthetic products at REFERENCE_DATE")
    stores: int = Field(40, ge=1, le=1000, description="synthetic stores")
    late_rate: float = Field(0.01, ge=0, le=0.5, description="share of synthetic events that are written days late")
    change_rate: float = Field(
        0.02, ge=0, le=0.5, description="share of synthetic orders edited, cancelled, paid late, moved or deleted"
    )
    duplicate_rate: float = Field(0.005, ge=0, le=0.5, description="share of rows that are written twice")
    quarantine_percent: float = Field(
        2,
        ge=0,
        le=100,
        description="a run fails if more of a table's rows of a day, and more than 5, are in quarantine, per cent",
    )
    broken_rate: float = Field(0.005, ge=0, le=0.5, description="invalid rows added, as a share of the rows")
    pair_rate: float = Field(
        0.35, ge=0, le=0.5, description="how often the first of two synthetic products that go together draws the other"
    )

    reporting_currency: str = Field("USD", pattern="^[A-Z]{3}$", description="ISO 4217 code; marts have amounts in it")
    key_type: KeyType = Field("integer", description="text: keys of the shop are texts, such as uuids")
    guests_by_email: bool = Field(True, description="a guest is a person, known by the order's e-mail address")
    personal_data: PersonalData = Field(
        "keep", description="none: no names, addresses or reviews' texts leave the source; see docs/privacy.md"
    )
    retain_personal_days: int | None = Field(
        None, ge=1, description="days after which the schedule `retention` removes personal values; unset: none does"
    )
    sold_by: Literal["payments", "state"] = Field(
        "payments",
        description="whether payments say that an order is paid, or its state, if the shop keeps no payments",
    )
    forecast_model: Literal["statsforecast", "bigquery"] = Field(
        "statsforecast",
        description="what forecasts sales: statsforecast, or BigQuery's AI.FORECAST, which TARGET=gcp has",
    )
    shop_mapping: str | None = Field(
        None, description="name of a folder of shops/, or a path: its queries are read in place of tables and views"
    )
    duckdb_memory_mb: int = Field(
        1200, ge=100, description="memory of DuckDB while dbt builds the models; the rest goes to files beside its file"
    )

    postgres_host: str | None = Field(None, description="PostgreSQL server; unset: an embedded one is started")
    postgres_port: int | None = Field(
        None, ge=1, le=65535, description="port; for the embedded server: this port, not a free one"
    )
    postgres_db: str = Field("ecommerce", description="database")
    postgres_user: str = Field("ecommerce", description="user name; POSTGRES_PASSWORD is read when connecting")
    postgres_statement_seconds: int = Field(
        0, ge=0, description="how long a query of POSTGRES_HOST may take, so that a live shop is not hurt; 0: no limit"
    )
    postgres_rows_per_second: int | None = Field(
        None, ge=1, description="how many rows of a table are read from POSTGRES_HOST in a second at most"
    )
    postgres_sslmode: Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] = Field(
        "prefer", description="TLS to POSTGRES_HOST, one of libpq's modes"
    )
    postgres_sslrootcert: Path | None = Field(
        None, description="CA certificates (PEM) that POSTGRES_SSLMODE=verify-ca and verify-full trust"
    )
    postgres_sslcert: Path | None = Field(None, description="client certificate (PEM), if the server demands one")
    postgres_sslkey: Path | None = Field(
        None, description="private key (PEM) of POSTGRES_SSLCERT, readable by its owner only"
    )

    gcp_project: str | None = Field(
        None, pattern=r"^[a-z0-9.:-]+$", description="Google Cloud project; TARGET=gcp needs it"
    )
    gcp_location: str = Field(
        "US", pattern=r"^[A-Za-z][A-Za-z0-9-]+$", description="location of the bucket and the datasets"
    )
    gcs_bucket: str | None = Field(None, description="bucket of the lake, without gs://; TARGET=gcp needs it")
    gcs_prefix: str = Field("", description="folder in the bucket, for example lake")

    bigquery_dataset: str = Field(
        "ecommerce",
        pattern=r"^\w+$",
        description="prefix of the datasets: ecommerce gives ecommerce_staging, _core, _datamart and _forecast",
    )

    bigquery_policy_tag: str | None = Field(
        None,
        pattern=r"^projects/[^/]+/locations/[^/]+/taxonomies/\d+/policyTags/\d+$",
        description="policy tag of columns with personal values, which BigQuery then refuses; unset: none",
    )
    bigquery_days_per_job: int = Field(
        2000, ge=1, le=3900, description="most days that one job replaces; BigQuery allows 4,000 partitions per job"
    )
    bigquery_priority: Literal["interactive", "batch"] = Field("interactive", description="priority of dbt's queries")
    bigquery_maximum_bytes_billed: int | None = Field(
        None, ge=10_485_760, description="a model fails, before it runs, if it would be billed more; unset: no limit"
    )
    bigquery_job_retries: int = Field(1, ge=0, description="retries of a job after a temporary error")
    bigquery_job_timeout_seconds: int = Field(1800, ge=1, description="longest time that a job may run")

    @field_validator("gcs_bucket")
    @classmethod
    def _check_bucket(cls, bucket: str) -> str:
        if not re.fullmatch(r"[a-z0-9][a-z0-9._-]+[a-z0-9]", bucket):
            raise ValueError("must be the name of a bucket, without gs:// and folders (set folders in GCS_PREFIX)")
        return bucket

    @field_validator("gcs_prefix")
    @classmethod
    def _strip_slashes(cls, prefix: str) -> str:
        if "://" in prefix:
            raise ValueError("must be a folder in the bucket, without gs:// (set the bucket in GCS_BUCKET)")
        return prefix.strip("/")

    @model_validator(mode="after")
    def _check_tls(self) -> "Settings":
        for name in ("postgres_sslrootcert", "postgres_sslcert", "postgres_sslkey"):
            file = getattr(self, name)
            if file is not None and not file.is_file():
                raise ValueError(f"{name.upper()}={file}: there is no such file")
        if self.postgres_sslmode in {"verify-ca", "verify-full"} and self.postgres_sslrootcert is None:
            raise ValueError(
                f"POSTGRES_SSLMODE={self.postgres_sslmode} needs POSTGRES_SSLROOTCERT: a file of CA certificates "
                "to trust, for example the system's /etc/ssl/certs/ca-certificates.crt"
            )
        if (self.postgres_sslcert is None) != (self.postgres_sslkey is None):
            raise ValueError("only one of POSTGRES_SSLCERT and POSTGRES_SSLKEY is set: set both or neither")
        return self

    @model_validator(mode="after")
    def _check_calendar(self) -> "Settings":
        if self.source == "synthetic" and self.end_date < self.start_date:
            raise ValueError(f"END_DATE={self.end_date} is before START_DATE={self.start_date}")
        return self

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings from environment variables; an empty variable counts as unset.

        Raises:
            SettingsError: At least one variable is wrong; the message names them all.
        """
        read = {name: environment.get(name.upper()) for name in cls.model_fields}
        found = {name: value for name, value in read.items() if value}
        wrong = [*_missing(found, environment), *wrong_secrets(environment)]
        try:
            settings = cls.model_validate(found)
        except ValidationError as error:
            wrong = [*_sentences(error), *wrong]
        if wrong:
            raise SettingsError("\n".join(wrong))
        use_keys(settings.key_type)
        return settings

    @property
    def lake_dir(self) -> Path:
        """The folder of the lake's objects."""
        return self.data_dir / "lake"

    @property
    def warehouse_place(self) -> Path:
        """Where the DuckDB file of the warehouse is, or will be once it is rebuilt."""
        return self.data_dir / "warehouse.duckdb"

    @property
    def warehouse_path(self) -> Path:
        """The DuckDB file to open."""
        return self.warehouse_place

    @property
    def rebuild_dir(self) -> Path:
        """The folder of a warehouse that is being rebuilt."""
        return self.data_dir / "rebuild"

    @property
    def postgres_dir(self) -> Path:
        """The folder of the embedded PostgreSQL."""
        return self.data_dir / "postgres"

    @property
    def mail_dir(self) -> Path:
        """The folder of alerts that are kept where no mail server is set."""
        return self.data_dir / "mail"

    @property
    def dashboard_dir(self) -> Path:
        """The folder of the dashboard's page."""
        return self.data_dir / "dashboard"

    @property
    def bigquery_datasets(self) -> dict[str, str]:
        """The names of the warehouse's datasets, by layer."""
        return {layer: f"{self.bigquery_dataset}_{layer}" for layer in WAREHOUSE_LAYERS}

    @property
    def person_key_file(self) -> Path:
        """The file of the random PERSON_KEY_SECRET of a platform on one machine that has set none."""
        return self.data_dir / "person_key"

    @property
    def dagster_home(self) -> Path:
        """The folder of Dagster's own storage."""
        return self.data_dir / "dagster"


def _missing(found: Mapping[str, str], environment: Mapping[str, str]) -> list[str]:
    target = found.get("target", "")
    missing = ", ".join(name.upper() for name in NEEDED.get(target, ()) if name not in found)
    problems = [f"TARGET={target} needs {missing}: set them, see .env.example"] if missing else []
    if found.get("forecast_model") == "bigquery" and target != "gcp":
        problems.append("FORECAST_MODEL=bigquery needs TARGET=gcp: set that, or leave FORECAST_MODEL out")
    has_key = target in {"", "local"} or environment.get(PERSON_KEY) or environment.get(f"{PERSON_KEY}_FILE")
    if "retain_personal_days" in found and not has_key:
        problems.append(
            f"RETAIN_PERSONAL_DAYS needs {PERSON_KEY}, the key of what is left of addresses: set a long text"
        )
    return problems


def _sentences(error: ValidationError) -> list[str]:
    sentences = []
    for problem in error.errors():
        message = problem["msg"].removeprefix("Value error, ")
        if problem["loc"]:
            sentences.append(f"{str(problem['loc'][0]).upper()}={problem['input']}: {message[0].lower()}{message[1:]}")
        else:
            sentences.append(message)
    return sentences
