"""Step 5, forecast/<table>: what is likely to come, from the marts as they were known at the end of each origin."""

from dagster import AssetExecutionContext, AssetKey, AssetsDefinition

from ecommerce_pipeline.assets.forecast.customers import customer_purchase_asset
from ecommerce_pipeline.assets.forecast.products import product_affinity_asset
from ecommerce_pipeline.assets.forecast.sales import SALES, sales_daily_asset
from ecommerce_pipeline.forecasts.sales_daily import LEAST_DAYS
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.schema.forecasts import LAYER, sales_daily
from ecommerce_pipeline.settings import Settings


def forecast_assets(settings: Settings) -> list[AssetsDefinition]:
    """Return one asset per table of forecasts."""
    return [sales_daily_asset(settings), customer_purchase_asset(settings), product_affinity_asset(settings)]


def will_forecast(context: AssetExecutionContext, days: Days) -> bool:
    """Return whether the run forecasts by a model, whose library takes seconds to import."""
    if AssetKey([LAYER, sales_daily.name]) not in context.job_def.asset_layer.executable_asset_keys:
        return False
    return len(context.instance.get_materialized_partitions(SALES) | set(map(str, days))) >= LEAST_DAYS
