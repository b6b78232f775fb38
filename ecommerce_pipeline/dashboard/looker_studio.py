"""Links that make reports in Looker Studio: its Linking API is an address with parameters, which asks for nothing here.

The parameters are those of https://developers.google.com/looker-studio/integrate/linking-api; `docs/looker_studio.md`
says how the template is made, and which data source of it has which alias.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

CREATE: Final = "/reporting/create"


@dataclass(frozen=True)
class BigQuerySource:
    """The BigQuery dataset that the marts are in."""

    project: str
    dataset: str


def table_link(host: str, title: str, source: BigQuerySource, table: str) -> str:
    """Return the link to Google's default report on one table.

    Args:
        host: Where Looker Studio is.
        title: Title of the report made; the table's name follows it.
        source: Where the table is.
        table: Its name.
    """
    # Without a template the report has one data source, and without an alias the parameters mean that one.
    parameters = {"c.mode": "edit", "r.reportName": f"{title}: {table}", **_bound("ds", source, table)}
    return _address(host, parameters)


def template_link(host: str, template: str, title: str, source: BigQuerySource, tables: Sequence[str]) -> str:
    """Return the link to a copy of the template with every data source bound to its table.

    Args:
        host: Where Looker Studio is.
        template: Id of the template report.
        title: Title of the report made.
        source: Where the tables are.
        tables: Their names, which are the aliases of the template's data sources.
    """
    parameters = {"c.reportId": template, "c.mode": "view", "r.reportName": title}
    for table in tables:
        parameters |= _bound(f"ds.{table}", source, table)
    return _address(host, parameters)


def _bound(prefix: str, source: BigQuerySource, table: str) -> dict[str, str]:
    return {
        f"{prefix}.connector": "bigQuery",
        f"{prefix}.datasourceName": table,
        f"{prefix}.type": "TABLE",
        f"{prefix}.projectId": source.project,
        f"{prefix}.billingProjectId": source.project,
        f"{prefix}.datasetId": source.dataset,
        f"{prefix}.tableId": table,
    }


def _address(host: str, parameters: Mapping[str, str]) -> str:
    return f"{host}{CREATE}?{urlencode(parameters, quote_via=quote)}"
