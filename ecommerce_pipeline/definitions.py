"""The code location: assembles assets, jobs, schedules and resources, and nothing else."""

from ecommerce_pipeline.process import configure_process

configure_process()  # before the imports, which are most of the work of a start

from collections.abc import Mapping
from typing import Any

from dagster import Definitions

from ecommerce_pipeline.assets.asset_checks import checks
from ecommerce_pipeline.assets.changes import changes_asset
from ecommerce_pipeline.assets.code_references import with_code_references
from ecommerce_pipeline.assets.dashboard import dashboard_assets
from ecommerce_pipeline.assets.first_orders import first_orders_asset
from ecommerce_pipeline.assets.forecast import forecast_assets
from ecommerce_pipeline.assets.lake import lake_assets
from ecommerce_pipeline.assets.preflight import preflight
from ecommerce_pipeline.assets.reconciliation import reconciliation_asset
from ecommerce_pipeline.assets.source import source_assets
from ecommerce_pipeline.assets.staging import staging_assets
from ecommerce_pipeline.assets.transform import transform_assets
from ecommerce_pipeline.automation.beside_ui import dashboard_beside_ui
from ecommerce_pipeline.automation.jobs import jobs
from ecommerce_pipeline.automation.retention import retention_jobs, retention_schedules
from ecommerce_pipeline.automation.schedules import schedules
from ecommerce_pipeline.automation.sensors import sensors
from ecommerce_pipeline.execution.executor import multithread_executor
from ecommerce_pipeline.forecasts.extra import installed
from ecommerce_pipeline.instance.console_log import set_run_log_format
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.settings.environment_file import warn_of_misspelt_variables
from ecommerce_pipeline.targets import dbt_workspace, platform_resources, target_of


def build_definitions(
    settings: Settings, *, resources: Mapping[str, Any] | None = None, dashboard_address: str | None = None
) -> Definitions:
    """Assemble the platform for the given settings.

    Args:
        settings: The platform's settings.
        resources: Resources that replace those of the target, by key.
        dashboard_address: Where the dashboard is served, for a link to it.
    """
    tables = [
        *source_assets(settings),
        changes_asset(settings),
        *lake_assets(settings),
        first_orders_asset(settings),
        *staging_assets(settings),
    ]
    workspace, target = dbt_workspace(settings), target_of(settings)
    forecasts = forecast_assets(settings) if installed() else []
    dashboards = dashboard_assets(settings, workspace, dashboard_address)
    python_assets = [*tables, reconciliation_asset(settings), *forecasts, *dashboards]
    defined_jobs, retention = jobs(settings), retention_jobs(settings)
    return Definitions(
        assets=[*with_code_references(python_assets), *transform_assets(settings, workspace)],
        asset_checks=checks(settings),
        jobs=[*defined_jobs, *retention],
        schedules=[*schedules(settings, defined_jobs), *retention_schedules(settings, retention)],
        sensors=sensors(settings),
        resources={**platform_resources(settings), **(resources or {})},
        executor=multithread_executor(
            target.steps_at_once, preflight(settings, workspace), share_pools=target.parallel_writes
        ),
    )


warn_of_misspelt_variables()
environment_settings = Settings.from_environment()
set_run_log_format(environment_settings.log_format)
defs = build_definitions(environment_settings, dashboard_address=dashboard_beside_ui(environment_settings))


def definitions_of(settings: Settings) -> Definitions:
    """Return the definitions for the given settings; those of the environment are assembled already."""
    return defs if settings == environment_settings else build_definitions(settings)
