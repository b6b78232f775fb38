"""Settings of the dashboard and of its links to Looker Studio; part of `Settings`."""

from pydantic import BaseModel, Field, field_validator


class DashboardSettings(BaseModel):
    """What can be set of the dashboard."""

    dashboard_title: str = Field("Shop performance", min_length=1, description="heading of the dashboard's page")
    looker_studio_host: str = Field("https://lookerstudio.google.com", description="where Looker Studio is")
    looker_studio_template: str | None = Field(
        None, pattern=r"^[\w-]+$", description="id of a report made as docs/looker_studio.md says; unset: no such link"
    )
    looker_studio_title: str = Field("Shop performance", min_length=1, description="title of reports made by the links")

    @field_validator("looker_studio_host")
    @classmethod
    def _is_an_https_address(cls, host: str) -> str:
        if not host.startswith("https://"):
            raise ValueError("an address that begins with https://, for example https://lookerstudio.google.com")
        return host.rstrip("/")
