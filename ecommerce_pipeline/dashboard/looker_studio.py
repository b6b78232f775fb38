"""Links that create reports in Data Studio, which was Looker Studio until April 2026.

A link of its Linking API is only a URL: creating it sends no request. Its parameters are described at
https://developers.google.com/data-studio/integrate/linking-api; `docs/looker_studio.md` describes how to create the
template and the aliases of its data sources.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

CREATE: Final = "/reporting/create"


@dataclass(frozen=True)
class BigQuerySource:
    """The BigQuery dataset that holds the marts."""

    project: str
    dataset: str


def table_link(host: str, title: str, source: BigQuerySource, table: str) -> str:
    """Return the link to Google's default report on one table.

    Args:
        host: Data Studio's address.
        title: Title of the new report; the table's name follows it.
        source: The dataset of the table.
        table: Its name.
    """
    # Without a template the report has one data source; parameters without an alias apply to it.
    parameters = {"c.mode": "edit", "r.reportName": f"{title}: {table}", **_bound("ds", source, table)}
    return _address(host, parameters)


def template_link(host: str, template: str, title: str, source: BigQuerySource, tables: Sequence[str]) -> str:
    """Return the link to a copy of the template with every data source bound to its table.

    Args:
        host: Data Studio's address.
        template: Id of the template report.
        title: Title of the new report.
        source: The dataset of the tables.
        tables: Their names, which are also the aliases of the template's data sources.
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
