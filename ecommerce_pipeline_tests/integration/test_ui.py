"""What the Dagster UI shows a new user, queried from `dagster dev` by GraphQL as the UI's pages do."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from ecommerce_pipeline_tests.support.dagster_ui import DagsterUi
from ecommerce_pipeline_tests.support.platform import Platform


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with closing(Platform(tmp_path_factory.mktemp("ui"))) as platform:
        yield platform


@pytest.fixture(scope="module")
def ui(platform: Platform) -> Iterator[DagsterUi]:
    with DagsterUi(platform) as started:
        yield started


RUNS = """{ runsOrError { ... on Runs { results {
    runId status jobName startTime tags { key value } repositoryOrigin { repositoryName repositoryLocationName }
} } } }"""


def runs_of(ui: DagsterUi) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ui.ask(RUNS)["runsOrError"]["results"]
    return found


def test_a_run_of_the_command_line_is_on_the_timeline_of_the_home_page(ui: DagsterUi, platform: Platform) -> None:
    """The page leaves out runs without a code location."""
    platform.run("2026-03-01", "2026-03-02", job="ingest")
    assert ui.ask("{ workspaceOrError { ... on Workspace { locationEntries { name } } } }")["workspaceOrError"] == {
        "locationEntries": [{"name": "ecommerce_pipeline"}]
    }
    [run] = runs_of(ui)
    assert run["startTime"]
    assert run["repositoryOrigin"] == {
        "repositoryName": "__repository__",
        "repositoryLocationName": "ecommerce_pipeline",
    }
