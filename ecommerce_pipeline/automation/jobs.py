"""Jobs, one per step of the data flow and one for all: each materializes its layer for a day or a range."""

from typing import Any, Final

from dagster import AssetSelection, define_asset_job

from ecommerce_pipeline.settings import Settings

EVERYTHING: Final = "everything"


def jobs(settings: Settings) -> list[Any]:
    """Return the jobs; with SOURCE=external there is no ingestion."""
    definitions = {
        "extract": (AssetSelection.groups("lake"), "PostgreSQL to the lake: one Parquet object per table and day."),
        "load": (AssetSelection.groups("staging"), "Lake objects to staging tables in the warehouse."),
        "transform": (AssetSelection.groups("core", "datamart"), "Staging to dimensions, facts and marts, by dbt."),
        "dashboard": (AssetSelection.groups("dashboard"), "Marts to the dashboard's page and links."),
        EVERYTHING: (AssetSelection.all(), "All steps, from the shop to the dashboard."),
    }
    if settings.source == "synthetic":
        definitions["ingest"] = (AssetSelection.groups("source"), "Rows of the synthetic shop to PostgreSQL.")
    return [define_asset_job(name, selection, description=text) for name, (selection, text) in definitions.items()]
