"""What is checked before the first step of a run, so that a run which cannot end well changes nothing.

The steps check again when they write: other runs may have written since.
"""

from collections.abc import Set as AbstractSet

from dagster import AssetKey

from ecommerce_pipeline.assets import lake, source, staging
from ecommerce_pipeline.assets.stamps import check_stamps
from ecommerce_pipeline.execution.executor import Preflight
from ecommerce_pipeline.resources.dbt.definitions import models_with_history
from ecommerce_pipeline.resources.dbt.project import DbtWorkspace
from ecommerce_pipeline.resources.warehouse.evolve import changes, contract_columns
from ecommerce_pipeline.schema.tables import STAGING
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import target_of


def preflight(settings: Settings, workspace: DbtWorkspace) -> Preflight:
    """Return the check of a run that materializes the given assets."""

    def check(assets: AbstractSet[AssetKey]) -> None:
        layers = {key.path[0] for key in assets}
        check_stamps(settings, source=bool(layers & {source.LAYER, lake.LAYER}))
        defined = {(staging.LAYER, name): contract_columns(table) for name, table in STAGING.items()}
        defined |= models_with_history(workspace.project().manifest_path)
        written = {(key.path[0], key.path[-1]) for key in assets}
        if tables := {table: defined[table] for table in defined.keys() & written}:
            changes(target_of(settings).warehouse, tables)

    return check
