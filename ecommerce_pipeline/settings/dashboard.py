"""Settings of the dashboard and its links to Data Studio: a part of `Settings`."""

from pydantic import BaseModel, Field, field_validator


class DashboardSettings(BaseModel):
    """The settings of the dashboard; the name of a variable is the field's in capitals."""

    dashboard_title: str = Field("Shop performance", min_length=1, description="heading of the dashboard")
    looker_studio_host: str = Field("https://datastudio.google.com", description="address of Data Studio")
    looker_studio_template: str | None = Field(
        None, pattern=r"^[\w-]+$", description="id of a template report (docs/looker_studio.md); unset: no link to it"
    )
    looker_studio_title: str = Field(
        "Shop performance", min_length=1, description="title of reports created by the links"
    )

    @field_validator("looker_studio_host")
    @classmethod
    def _check_https(cls, host: str) -> str:
        if not host.startswith("https://"):
            raise ValueError("must be an address that begins with https://, for example https://datastudio.google.com")
        return host.rstrip("/")
