"""Jobs, named after the steps a user thinks in: each materializes one layer or all of them, for a day or a range."""

from typing import Any, Final

from dagster import AssetSelection, define_asset_job

from ecommerce_pipeline.settings import Settings

EVERYTHING: Final = "everything"


def jobs(settings: Settings) -> list[Any]:
    """Return the jobs; with SOURCE=external there is nothing to ingest."""
    described = {
        "extract": (AssetSelection.groups("lake"), "PostgreSQL to the lake: one Parquet object per table and day."),
        "load": (AssetSelection.groups("staging"), "The lake's objects into the warehouse's staging tables."),
        "transform": (AssetSelection.groups("core", "datamart"), "Staging to dimensions, facts and marts, by dbt."),
        "dashboard": (AssetSelection.groups("dashboard"), "The marts into the dashboard's page and links."),
        EVERYTHING: (AssetSelection.all(), "All steps, from the shop to the dashboard."),
    }
    if settings.source == "synthetic":
        described["ingest"] = (AssetSelection.groups("source"), "The synthetic shop's rows into PostgreSQL.")
    return [define_asset_job(name, selection, description=text) for name, (selection, text) in described.items()]
