"""The shop's calendar of campaigns, past and planned: its own if it is synthetic, otherwise the seed `campaigns`."""

from datetime import date
from typing import Final

from dagster import AssetKey

from ecommerce_pipeline.forecasts.campaigns import Campaigns
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.synthetic import seasons

CAMPAIGNS: Final = AssetKey(["core", "campaigns"])


def campaign_calendar(settings: Settings, warehouse: Warehouse) -> Campaigns:
    """Return the campaign of each day; before dbt has built the seed for the first time there is none."""
    if settings.source == "synthetic":
        names = ["", *(campaign.name for campaign in seasons.CAMPAIGNS)]
        return lambda day: names[seasons.campaign_code(day) + 1]
    layer, name = CAMPAIGNS.path
    if not warehouse.columns([(layer, name)]):
        return lambda _: ""
    planned = warehouse.query(f"SELECT * FROM {warehouse.schema_of(layer)}.{name}").to_pylist()  # noqa: S608

    def campaign(day: date) -> str:
        return next((one["campaign"] for one in planned if one["first_day"] <= day <= one["last_day"]), "")

    return campaign
