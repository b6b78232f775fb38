"""Step 6, dashboard/report and dashboard/looker_studio: what people look at, built again from the marts by each run.

The page is one file, built by `ecommerce_pipeline/dashboard/`. A run builds them once, at its end; a day of theirs
says that a run of that day did.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetRecordsFilter,
    AssetsDefinition,
    DagsterInstance,
    MaterializeResult,
    MetadataValue,
    ResourceParam,
    asset,
)

from ecommerce_pipeline.assets import lake
from ecommerce_pipeline.assets.common import ONE_RUN, OWNER, WAREHOUSE_POOL, daily, days_of_run
from ecommerce_pipeline.dashboard.datasets import Datasets, read_datasets
from ecommerce_pipeline.dashboard.exposures import marts
from ecommerce_pipeline.dashboard.key_figures import Figures, figures
from ecommerce_pipeline.dashboard.looker_studio import BigQuerySource, table_link, template_link
from ecommerce_pipeline.dashboard.queries import forecasts_read, tables_read
from ecommerce_pipeline.dashboard.server import DASHBOARD_PAGE, served_at
from ecommerce_pipeline.dashboard.thumbnail import thumbnail
from ecommerce_pipeline.execution.partition_metadata import add_partition_metadata
from ecommerce_pipeline.execution.retries import retried
from ecommerce_pipeline.forecasts.extra import installed
from ecommerce_pipeline.io_managers.metadata import URI
from ecommerce_pipeline.metrics.definitions import Metric
from ecommerce_pipeline.resources.dbt.project import DBT_DIR, DbtWorkspace
from ecommerce_pipeline.resources.object_store.base import ObjectStore
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.schema.tables import EVENTS
from ecommerce_pipeline.settings import Settings

LAYER: Final = "dashboard"

REPORT: Final = AssetKey([LAYER, "report"])

ABOUT_REPORT: Final = (
    "One page: sales, unit economics, products, customers, marketing, returns, payments, channels and stores, and data "
    "quality. It works offline and computes its figures for the chosen days and filters. Built from the current marts."
)
LINKS: Final = (
    "One link per mart, which opens the default report of Data Studio (formerly Looker Studio) on it in BigQuery; and, "
    "with LOOKER_STUDIO_TEMPLATE, one link that creates the whole report. Nothing is queried before a link is opened."
)


def dashboard_assets(settings: Settings, workspace: DbtWorkspace, address: str | None) -> list[AssetsDefinition]:
    """Return the page and the links to Data Studio.

    Args:
        settings: The platform's settings.
        workspace: The dbt project, whose lineage the page's metadata has.
        address: Where the page is served; None if it is not.
    """
    return [_report(settings, workspace, address), _looker_studio(settings, marts(DBT_DIR))]


def _report(settings: Settings, workspace: DbtWorkspace, address: str | None) -> AssetsDefinition:
    read = tables_read() | (forecasts_read() if installed() else set())

    @asset(
        key=REPORT,
        group_name=LAYER,
        description=f"{ABOUT_REPORT} [Open it]({address})" if address else ABOUT_REPORT,
        kinds={"html", "vega"},
        owners=[OWNER],
        deps=[AssetKey([layer, name]) for layer, name in sorted(read)],
        # It only reads, but DuckDB admits no writing process meanwhile.
        pool=WAREHOUSE_POOL,
        partitions_def=daily(settings),
        backfill_policy=ONE_RUN,
    )
    @retried
    def report(
        context: AssetExecutionContext, warehouse: ResourceParam[Warehouse], dashboard_store: ResourceParam[ObjectStore]
    ) -> MaterializeResult[None]:
        # Importing Altair takes a second, which loading the code location saves.
        from ecommerce_pipeline.dashboard.definitions import read_definitions
        from ecommerce_pipeline.dashboard.lineage import chart_lineage
        from ecommerce_pipeline.dashboard.render import render

        datasets = read_datasets(
            warehouse,
            settings.reporting_currency,
            lambda day: read_at(context.instance, day, settings.time_zone),
        )
        manifest = workspace.project().manifest_path
        definitions = read_definitions(manifest)
        page = render(settings.dashboard_title, datasets, definitions, settings.dashboard_dir)
        with dashboard_store.writing(DASHBOARD_PAGE) as file:
            file.write(page)
        context.log.info(f"wrote {dashboard_store.uri(DASHBOARD_PAGE)}")
        return _of_newest_day(
            context,
            {
                **_file_metadata(settings, dashboard_store, page),
                **_report_metadata(datasets, definitions.metrics),
                "charts and their tables": MetadataValue.md(chart_lineage(json.loads(manifest.read_bytes()))),
            },
        )

    return report


def _looker_studio(settings: Settings, tables: Sequence[str]) -> AssetsDefinition:
    @asset(
        key=AssetKey([LAYER, "looker_studio"]),
        group_name=LAYER,
        description=LINKS,
        kinds={"looker"},
        owners=[OWNER],
        deps=[AssetKey(["datamart", name]) for name in tables],
        partitions_def=daily(settings),
        backfill_policy=ONE_RUN,
    )
    def looker_studio(context: AssetExecutionContext) -> MaterializeResult[None]:
        if settings.gcp_project is None:
            remedy = "set GCP_PROJECT to the project whose BigQuery holds the marts, see docs/looker_studio.md"
            return _of_newest_day(context, {"links": MetadataValue.text(f"none: {remedy}")})
        return _of_newest_day(context, _links(settings, settings.gcp_project, tables))

    return looker_studio


def read_at(instance: DagsterInstance, day: date, time_zone: str) -> datetime | None:
    """Return until when a day is known: when the first of its tables was read; None if nothing recorded that."""
    found = [
        record.timestamp
        for table in EVENTS
        for record in instance.fetch_materializations(
            AssetRecordsFilter(AssetKey([lake.LAYER, table]), asset_partitions=[day.isoformat()]), limit=1
        ).records
    ]
    return datetime.fromtimestamp(min(found), ZoneInfo(time_zone)) if found else None


def _of_newest_day(context: AssetExecutionContext, metadata: Mapping[str, Any]) -> MaterializeResult[None]:
    """Return a result whose metadata is that of the newest day: the page and the links are no day's own."""
    days = days_of_run(context)
    add_partition_metadata(context, context.asset_key, {days.last.isoformat(): metadata})
    return MaterializeResult(metadata={"days": days.summary})


def _links(settings: Settings, project: str, tables: Sequence[str]) -> dict[str, Any]:
    source = BigQuerySource(project, settings.bigquery_datasets["datamart"])
    host, title = settings.looker_studio_host, settings.looker_studio_title
    links = {table: MetadataValue.url(table_link(host, title, source, table)) for table in tables}
    if settings.looker_studio_template:
        report = template_link(host, settings.looker_studio_template, title, source, tables)
        return {"report": MetadataValue.url(report), **links}
    return dict(links)


def _file_metadata(settings: Settings, store: ObjectStore, page: bytes) -> dict[str, Any]:
    link = store.link(DASHBOARD_PAGE) if store.is_remote else served_at(store, settings.dashboard_port)
    # A run of the command line may end before a UI starts. A `file:` link would not open from its pages.
    opens: dict[str, Any] = (
        {"link": MetadataValue.url(link)} if link else {"open it with": "ecommerce-pipeline dashboard"}
    )
    return {**opens, URI: store.uri(DASHBOARD_PAGE), "bytes": len(page)}


def _report_metadata(datasets: Datasets, metrics: Mapping[str, Metric]) -> dict[str, Any]:
    totals = figures(datasets, metrics)
    if totals is None:
        return {"as of": "no orders yet"}
    picture = base64.b64encode(thumbnail([cents for _, cents in totals.net_by_day])).decode()
    until = f", partial until {datasets.partial_until:%H:%M}" if datasets.partial_until else ""
    return {
        "as of": f"{datasets.as_of}{until}",
        "net revenue per day": MetadataValue.md(f"![Net revenue per day](data:image/png;base64,{picture})"),
        **_key_figures(totals, metrics, datasets.currency),
    }


def _key_figures(totals: Figures, metrics: Mapping[str, Metric], currency: str) -> dict[str, Any]:
    shown = {
        metrics[name].label.lower(): _written(value, metrics[name].unit, currency)
        for name, value in totals.values.items()
    }
    return {"period": f"{totals.period.label}: {totals.period.window}", **shown}


def _written(value: float | None, unit: str, currency: str) -> str | int:
    if value is None:
        return "none"
    if unit == "amount":
        return f"{value / 100:,.2f} {currency}"
    return int(value) if unit == "count" else f"{value:,.10g}"
