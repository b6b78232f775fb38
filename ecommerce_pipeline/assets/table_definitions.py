"""The tables of the warehouse that must have the columns of their definition, before a run builds on them."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from dagster import AssetKey

from ecommerce_pipeline.assets import staging
from ecommerce_pipeline.instance.run_tags import REBUILD_TAG
from ecommerce_pipeline.resources.dbt.definitions import models_with_history
from ecommerce_pipeline.resources.dbt.project import DbtWorkspace
from ecommerce_pipeline.resources.warehouse import TableName
from ecommerce_pipeline.resources.warehouse.evolve import Defined, contract_columns
from ecommerce_pipeline.schema.forecasts import CONTRACTS


def tables_to_follow(
    workspace: DbtWorkspace, assets: AbstractSet[AssetKey], tags: Mapping[str, str]
) -> dict[TableName, Defined]:
    """Return the tables that a run extends; of a rebuild, which replaces its own, all others, as it reads them."""
    layers = {key.path[0] for key in assets}
    written = {(key.path[0], key.path[-1]) for key in assets}
    defined: dict[TableName, Defined] = {
        (layer, name): contract_columns(table) for layer, tables in CONTRACTS.items() for name, table in tables.items()
    }
    if layers - {"source", "lake", staging.LAYER}:
        defined |= models_with_history(workspace.project().manifest_path)
    return {table: columns for table, columns in defined.items() if (table in written) != (REBUILD_TAG in tags)}
