"""The steps of the data flow in order, each a job: its name and what it does. Dagster is not imported here."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from ecommerce_pipeline.forecasts.extra import installed

FORECAST: Final = "forecast"
STEPS: Final = {
    "ingest": "Rows of the synthetic shop to PostgreSQL.",
    "extract": "PostgreSQL to the lake: one Parquet object per table and day.",
    "load": "Lake objects to staging tables in the warehouse.",
    "transform": "Staging to dimensions, facts and marts, by dbt.",
    FORECAST: "Marts to forecasts of the next weeks.",
    "dashboard": "Marts to the dashboard's page and links.",
}
EVERYTHING: Final = "everything"
"""The job of all steps."""
WITH_DBT: Final = ("transform", EVERYTHING)
"""Jobs that build models."""
BEFORE_WAREHOUSE: Final = ("ingest", "extract")
"""Jobs after which there may be no warehouse yet."""


def following(job: str) -> str | None:
    """Return the job of the step after a job's; None after the last. Without the extra, none forecasts.

    >>> following("extract")
    'load'
    """
    step = dict(pairwise(STEPS)).get(job)
    return following(step) if step == FORECAST and not installed() else step


def job_names(incomplete: str = "") -> Sequence[str]:
    """Return the names of jobs that begin as given, for completion by the shell."""
    return [name for name in (*STEPS, EVERYTHING) if name.startswith(incomplete)]
