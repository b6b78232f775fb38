"""A PostgreSQL table to a DuckDB table, end to end: runs with their state, checks and logs."""

import os
import time
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.case import Case, Work
from benchmarks.data import Data
from benchmarks.dlt_pipelines import to_duckdb
from benchmarks.graph import layer_seconds
from ecommerce_pipeline.schema.tables import transactions


def ours(data: Data, scratch: Path) -> Work:
    """A run of lake/transactions and staging/transactions, as `ecommerce-pipeline run` does it."""
    from dagster import AssetKey

    from ecommerce_pipeline.definitions import build_definitions
    from ecommerce_pipeline.execution.run_days import run_days
    from ecommerce_pipeline.instance.home import open_instance
    from ecommerce_pipeline.settings import Settings
    from ecommerce_pipeline.targets import target_of

    url = urlsplit(data.url())
    os.environ |= {"DAGSTER_HOME": str(scratch / "dagster"), "POSTGRES_PASSWORD": str(url.password)}
    settings = Settings.from_environment(
        {
            "DATA_DIR": str(scratch),
            "DBT_PARSED_DIR": str(data.folder / "parsed"),
            "POSTGRES_HOST": str(url.hostname),
            "POSTGRES_PORT": str(url.port),
            "POSTGRES_DB": url.path.lstrip("/"),
            "POSTGRES_USER": str(url.username),
        }
    )
    two = {AssetKey([layer, transactions.name]) for layer in ("lake", "staging")}
    job = build_definitions(settings).resolve_job_def("everything").get_subset(asset_selection=two)
    with open_instance(settings):  # Dagster's home is created once, not by each run
        pass

    def work() -> dict[str, float]:
        began = time.perf_counter()
        with open_instance(settings) as instance:
            run_id = run_days(job, data.days, instance, lambda _: None)
            seconds = time.perf_counter() - began
            layers = layer_seconds(instance, run_id)
        return {
            "rows": target_of(settings).warehouse.row_counts()["staging", transactions.name],
            "seconds": seconds,
            "lake": layers["lake"],
            "contract check": layers["lake_contract"],
            "staging": layers["staging"],
            "Dagster": seconds - sum(layers.values()),
        }

    return work


CASES = (
    Case("ours", "ours", ours),
    Case("dlt by connectorx", "peer", to_duckdb("connectorx", transactions)),
    Case("dlt by pyarrow", "peer", to_duckdb("pyarrow", transactions), most_rows=1_000_000, rounds=3),
)
