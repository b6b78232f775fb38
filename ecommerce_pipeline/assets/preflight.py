"""What is checked before the first step of a run, so that a run which cannot end well changes nothing.

The steps check again when they write: other runs may have written since.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from dagster import AssetKey

from ecommerce_pipeline.assets import lake, source
from ecommerce_pipeline.assets.stamps import check_stamps
from ecommerce_pipeline.assets.table_definitions import tables_to_follow
from ecommerce_pipeline.errors import NotBuiltError
from ecommerce_pipeline.execution.executor import Preflight
from ecommerce_pipeline.resources.dbt.definitions import tables_read
from ecommerce_pipeline.resources.dbt.project import DbtWorkspace
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.resources.warehouse.evolve import changes
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import target_of


def preflight(settings: Settings, workspace: DbtWorkspace) -> Preflight:
    """Return the check of a run, by its assets and tags."""

    def check(assets: AbstractSet[AssetKey], tags: Mapping[str, str]) -> None:
        layers = {key.path[0] for key in assets}
        check_stamps(settings, source=bool(layers & {source.LAYER, lake.LAYER}))
        warehouse = target_of(settings).warehouse
        if tables := tables_to_follow(workspace, assets, tags):
            changes(warehouse, tables)
        if layers & {"core", "datamart"}:
            _check_tables_read(warehouse, workspace, assets)

    return check


def _check_tables_read(warehouse: Warehouse, workspace: DbtWorkspace, assets: AbstractSet[AssetKey]) -> None:
    """Raise an error that names the tables which dbt would read, which the run does not build, and which do not exist.

    Raises:
        NotBuiltError: There are such tables, or there is no warehouse.
    """
    built = {(key.path[0], key.path[-1]) for key in assets}
    read = sorted(tables_read(workspace.project().manifest_path, built) - built)
    if not read:
        return
    workspace.check_warehouse_exists()
    missing = set(read) - warehouse.columns(read).keys()
    if missing:
        tables = ", ".join(sorted(f"{layer}/{name}" for layer, name in missing))
        raise NotBuiltError(f"the warehouse lacks tables that the selected models read: materialize {tables} first")
