"""What is checked before the first step of a run, so that a run which cannot end well changes nothing.

The steps check again when they write: other runs may have written since.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from dagster import AssetKey

from ecommerce_pipeline.assets import lake, source
from ecommerce_pipeline.assets.stamps import check_stamps
from ecommerce_pipeline.assets.table_definitions import tables_to_follow
from ecommerce_pipeline.execution.executor import Preflight
from ecommerce_pipeline.resources.dbt.project import DbtWorkspace
from ecommerce_pipeline.resources.warehouse.evolve import changes
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import target_of


def preflight(settings: Settings, workspace: DbtWorkspace) -> Preflight:
    """Return the check of a run, by its assets and tags."""

    def check(assets: AbstractSet[AssetKey], tags: Mapping[str, str]) -> None:
        layers = {key.path[0] for key in assets}
        check_stamps(settings, source=bool(layers & {source.LAYER, lake.LAYER}))
        if tables := tables_to_follow(workspace, assets, tags):
            changes(target_of(settings).warehouse, tables)

    return check
