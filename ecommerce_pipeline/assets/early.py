"""What later steps need that does not depend on data, prepared in a thread while dbt's process builds the models."""

from pathlib import Path
from threading import Thread

from dagster import AssetExecutionContext

from ecommerce_pipeline.assets.dashboard import REPORT
from ecommerce_pipeline.assets.forecast import will_forecast
from ecommerce_pipeline.forecasts.extra import installed, models
from ecommerce_pipeline.partitions import Days


def prepare_later_steps(context: AssetExecutionContext, days: Days, dashboard_dir: Path) -> None:
    """Begin the slow imports of the run's forecasts and of its page, and the page's drawings."""
    draws = REPORT in context.job_def.asset_layer.executable_asset_keys
    forecasts = installed() and will_forecast(context, days)
    if draws or forecasts:
        Thread(
            target=_prepare, args=(dashboard_dir if draws else None, forecasts), name="prepare-later-steps", daemon=True
        ).start()


def _prepare(dashboard_dir: Path | None, forecasts: bool) -> None:
    if dashboard_dir is not None:
        from ecommerce_pipeline.dashboard.render import drawings

        drawings(dashboard_dir)
    if forecasts:
        models()
