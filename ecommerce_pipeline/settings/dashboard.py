"""Settings of the dashboard and its links to Data Studio: a part of `Settings`."""

from typing import Annotated

from pydantic import BaseModel, Field

from ecommerce_pipeline.settings.parsers import https_address, parsed


class DashboardSettings(BaseModel):
    """The settings of the dashboard; the name of a variable is the field's in capitals."""

    dashboard_title: str = Field("Shop performance", min_length=1, description="heading of the dashboard")
    dashboard_port: int | None = Field(
        None, ge=1, le=65535, description="port on which a UI on this machine serves it; unset: one of the data folder"
    )
    looker_studio_host: Annotated[str, parsed(https_address)] = Field(
        "https://datastudio.google.com", description="address of Data Studio"
    )
    looker_studio_template: str | None = Field(
        None, pattern=r"^[\w-]+$", description="id of a template report (docs/looker_studio.md); unset: no link to it"
    )
    looker_studio_title: str = Field(
        "Shop performance", min_length=1, description="title of reports created by the links"
    )
