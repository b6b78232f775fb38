"""The storage of runs, in which a run whose days do not lie together is planned for exactly these days."""

import os
from pathlib import Path
from typing import Any

from dagster import DagsterRun, Field, Noneable
from dagster_postgres import PostgresRunStorage

from ecommerce_pipeline.instance.dagster_private import (
    ConfigurableClassData,
    SqliteRunStorage,
    TimeWindowPartitionsSubset,
    copy,
)
from ecommerce_pipeline.instance.run_tags import DAYS_TAG, days_of_tags
from ecommerce_pipeline.settings import BASE_DIR


class ExactDays:
    """Beside a storage of runs: Dagster plans the range of days from the first to the last."""

    def add_run(self, dagster_run: DagsterRun) -> DagsterRun:
        """Add a run, and return it as it was added."""
        return super().add_run(with_exact_days(dagster_run))  # type: ignore[misc,no-any-return]


class ExactDaysSqliteRunStorage(ExactDays, SqliteRunStorage):
    """The runs as an SQLite file in `base_dir`, by default `history` in Dagster's home."""

    @classmethod
    def config_type(cls) -> Any:
        """Return the configuration schema: `base_dir` may be left out."""
        return {"base_dir": Field(Noneable(str), is_required=False, default_value=None)}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> "ExactDaysSqliteRunStorage":
        """Return the storage that `dagster.yaml` names."""
        home = Path(os.environ.get("DAGSTER_HOME") or BASE_DIR / ".local" / "dagster")
        return cls.from_local(config_value.get("base_dir") or str(home / "history"), inst_data)


class ExactDaysPostgresRunStorage(ExactDays, PostgresRunStorage):
    """The runs in PostgreSQL."""


def with_exact_days(run: DagsterRun) -> DagsterRun:
    """Return a run that is planned for the days in its tag, if it has one."""
    subset, days = run.partitions_subset, days_of_tags(run.tags)
    if DAYS_TAG not in run.tags or days is None or not isinstance(subset, TimeWindowPartitionsSubset):
        return run
    exact = subset.partitions_def.subset_with_partition_keys([day.isoformat() for day in days])
    return copy(run, partitions_subset=exact.to_serializable_subset())
