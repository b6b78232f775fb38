"""Jobs, one per step of the data flow and one for all: each materializes its layer for a day or a range."""

from typing import Any

from dagster import AssetSelection, define_asset_job

from ecommerce_pipeline.assets import changes
from ecommerce_pipeline.automation.steps import EVERYTHING, FORECAST, STEPS
from ecommerce_pipeline.forecasts.extra import installed
from ecommerce_pipeline.settings import Settings

_GROUPS = {
    "ingest": ("source",),
    "extract": ("lake",),
    "load": ("staging",),
    "transform": ("core", "datamart"),
    FORECAST: (FORECAST,),
    "dashboard": ("dashboard",),
}


def jobs(settings: Settings) -> list[Any]:
    """Return the jobs; with SOURCE=external there is no ingestion, and without the extra no forecast."""
    absent = {"ingest"} if settings.source == "external" else set()
    absent |= set() if installed() else {FORECAST}
    # A run begins with a look, before its days are known.
    looks = AssetSelection.keys(changes.KEY)
    steps = [
        define_asset_job(name, AssetSelection.groups(*_GROUPS[name]) - looks, description=text)
        for name, text in STEPS.items()
        if name not in absent
    ]
    everything = "All steps, from the shop to the dashboard."
    return [*steps, define_asset_job(EVERYTHING, AssetSelection.all() - looks, description=everything)]
