"""A table of PostgreSQL to a table of DuckDB, as whole tools: runs with their state, checks and logs."""

from pathlib import Path

from benchmarks.case import Case, Work
from benchmarks.data import Data
from benchmarks.dlt_here import to_duckdb
from ecommerce_pipeline.schema.tables import transactions
from ecommerce_pipeline.settings import Settings


def ours(data: Data, scratch: Path) -> Work:
    """A run of Dagster of lake/transactions and staging/transactions."""
    from dagster import materialize

    from benchmarks.shop import database
    from ecommerce_pipeline.assets.common import RANGE_END_TAG, RANGE_START_TAG
    from ecommerce_pipeline.assets.lake import lake_assets
    from ecommerce_pipeline.assets.staging import staging_assets
    from ecommerce_pipeline.targets import target_resources

    settings = Settings.from_environment({"DATA_DIR": str(scratch)})
    resources = target_resources(settings) | {"postgres": database(data)}
    chosen = [
        asset
        for asset in (*lake_assets(settings), *staging_assets(settings))
        if asset.key.path[-1] == transactions.name
    ]

    def work() -> int:
        tags = {RANGE_START_TAG: data.keys[0], RANGE_END_TAG: data.keys[-1]}
        done = materialize(chosen, resources=resources, tags=tags)
        loaded = done.asset_materializations_for_node(f"staging__{transactions.name}")
        return int(str(loaded[0].metadata["rows in table"].value))

    return work


CASES = (
    Case("ours", "ours", ours),
    Case("dlt, connectorx", "peer", to_duckdb("connectorx", transactions)),
    Case("dlt, pyarrow", "peer", to_duckdb("pyarrow", transactions), most_rows=1_000_000, rounds=3),
)
