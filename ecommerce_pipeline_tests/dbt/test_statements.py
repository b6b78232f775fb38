"""What dbt asks DuckDB per model and test: dbt takes longer for a statement than DuckDB, so their number is kept."""

import json
from collections import defaultdict
from pathlib import Path
from statistics import mode

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline_tests.dbt.conftest import Dbt, run_variables
from ecommerce_pipeline_tests.support.staged import with_staging

DAY = Days.parse("2026-03-01")
DEBUG = {"DBT_LOG_LEVEL_FILE": "debug", "DBT_LOG_FORMAT_FILE": "json", "DBT_LOG_FILE_MAX_BYTES": "1000000000"}
USUAL = {
    "incremental": "describe describe begin delete commit",
    "table": "describe begin drop commit",
    "test": "begin select",
    "seed": "begin truncate copy commit",
}
"""The first words of the statements of most nodes of a kind."""
OTHERS = 25
"""Statements of dbt's start, and of dimensions, which read what earlier runs have seen."""


def statements(log: Path) -> dict[tuple[str, str], list[str]]:
    """Return the first words of the statements of each node in a log, by kind and name."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    with log.open() as lines:
        for event in map(json.loads, lines):
            if event["info"]["name"] == "SQLQuery":
                node = event["data"].get("node_info", {})
                of = (node.get("materialized", ""), node.get("node_name", ""))
                found[of].append(event["data"]["sql"].split()[0].lower())
    return found


def test_a_model_takes_at_most_five_statements_and_a_test_two(dbt: Dbt, tmp_path: Path) -> None:
    environment = run_variables(with_staging(tmp_path / "warehouse.duckdb"), DAY) | DEBUG
    build = ("build", "--exclude-resource-type", "unit_test")
    log = dbt(*build, environment=environment) / "dbt.log"
    log.unlink()  # other tests of this session have written to it, too
    dbt(*build, environment=environment)
    by_node = statements(log)
    kinds = {kind: [words for (of, _), words in by_node.items() if of == kind] for kind in USUAL}
    assert {kind: mode(map(" ".join, found)) for kind, found in kinds.items()} == USUAL
    usual = sum(len(USUAL[kind].split()) * len(found) for kind, found in kinds.items())
    assert sum(map(len, by_node.values())) <= usual + OTHERS
