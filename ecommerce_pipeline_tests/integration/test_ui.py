"""What the Dagster UI shows a new user, queried from `dagster dev` by GraphQL as the UI's pages do."""

from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any

import pytest

from ecommerce_pipeline.commands.reset import reset_command
from ecommerce_pipeline_tests.integration.test_backfill import BACKFILL, LAUNCH
from ecommerce_pipeline_tests.support.browser import launch_browser, open_page
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


FIVE_DAYS = [f"2026-03-0{day}" for day in range(1, 6)]
LAUNCH_RUN = """mutation($params: ExecutionParams!) {
    launchRun(executionParams: $params) { __typename ... on LaunchRunSuccess { run { runId } } }
}"""
ERRORS = """query($id: ID!) { logsForRun(runId: $id, limit: 5000) { ... on EventConnection { events {
    ... on ExecutionStepFailureEvent { error { message cause { message cause { message } } } }
    ... on RunFailureEvent { error { message cause { message } } }
} } } }"""


def launched(ui: DagsterUi, job: str, **selector: Any) -> tuple[str, str]:
    """Launch a run as the UI does and return its status and the messages of its errors."""
    of_location = {"repositoryName": "__repository__", "repositoryLocationName": "ecommerce_pipeline"}
    params = {"selector": {**of_location, "jobName": job, **selector}, "mode": "default", "runConfigData": {}}
    run_id = ui.ask(LAUNCH_RUN, params=params)["launchRun"]["run"]["runId"]

    def ended() -> str | None:
        status = next(run["status"] for run in runs_of(ui) if run["runId"] == run_id)
        return status if status in {"SUCCESS", "FAILURE"} else None

    status = ui.wait_for(ended)
    return status, str(ui.ask(ERRORS, id=run_id)["logsForRun"]["events"])


def test_materialize_all_over_five_days_is_one_run_with_the_dimensions_of_the_command_line(
    ui: DagsterUi,
    platform: Platform,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was four runs, and the dimensions were of yesterday, with customers who registered after these days."""
    assets = ui.ask("{ assetNodes { assetKey { path } isExecutable } }")["assetNodes"]
    selection = [{"path": asset["assetKey"]["path"]} for asset in assets if asset["isExecutable"]]
    params = {"assetSelection": selection, "partitionNames": FIVE_DAYS, "tags": []}
    backfill = ui.ask(LAUNCH, params=params)["launchPartitionBackfill"]["backfillId"]

    def finished() -> Any:
        state = ui.ask(BACKFILL, id=backfill)["partitionBackfillOrError"]
        return state if state["status"] in {"COMPLETED_SUCCESS", "COMPLETED_FAILED", "FAILED"} else None

    state = ui.wait_for(finished)
    assert (state["status"], len(state["runs"])) == ("COMPLETED_SUCCESS", 1)
    with closing(Platform(tmp_path_factory.mktemp("command-line"))) as other:
        other.run(FIVE_DAYS[0], FIVE_DAYS[-1])
        assert platform.content_hashes() == other.content_hashes()
        monkeypatch.setenv("DAGSTER_HOME", str(other.settings.dagster_home))
        reset_command(other.settings, ask=False)
        left = [path.relative_to(other.folder) for path in other.folder.rglob("*") if not path.is_dir()]
        assert [str(path) for path in left] == ["dagster/dagster.yaml"], "a file that reset does not know"


REPORT = """{ assetNodeOrError(assetKey: {path: ["dashboard", "report"]}) { ... on AssetNode {
    description
    assetMaterializations(limit: 1) { metadataEntries { label ... on UrlMetadataEntry { url } } }
} } }"""


def test_the_dashboard_s_link_opens_in_a_browser(ui: DagsterUi) -> None:
    """It was a `file:` link, which browsers do not open from a page."""
    report = ui.ask(REPORT)["assetNodeOrError"]
    [materialization] = report["assetMaterializations"]
    [link] = [entry["url"] for entry in materialization["metadataEntries"] if entry["label"] == "link"]
    assert f"[Open it]({link})" in report["description"]
    with launch_browser() as browser, open_page(browser, link, offline=False) as visit:
        assert visit.page.title() == "Shop performance"
        assert visit.figures()["orders_sold"] > 0
        assert not [line for line in visit.console_output if line.startswith("error")]


def test_checks_that_are_executed_alone_pass_on_sound_data(ui: DagsterUi) -> None:
    """Tests of models by day failed: `models by day need the window`."""
    checks = ui.ask(
        "{ assetNodes { assetKey { path } assetChecksOrError { ... on AssetChecks { checks {"
        " name canExecuteIndividually } } } } }"
    )["assetNodes"]
    selection = [
        {"assetKey": node["assetKey"], "name": check["name"]}
        for node in checks
        for check in node["assetChecksOrError"].get("checks", [])
        if check["canExecuteIndividually"] == "CAN_EXECUTE"
    ]
    assert len(selection) > 60
    status, errors = launched(ui, "__ASSET_JOB", assetSelection=[], assetCheckSelection=selection)
    assert status == "SUCCESS", errors


@pytest.mark.parametrize("job", ["ingest", "extract", "load", "transform"])
def test_a_job_without_a_partition_says_what_to_choose(ui: DagsterUi, job: str) -> None:
    status, errors = launched(ui, job)
    assert status == "FAILURE"
    assert "choose a partition, that is a day or a range of days" in errors


def test_what_runs_and_the_ui_write_is_for_its_owner_only(ui: DagsterUi, platform: Platform) -> None:
    """The rows of the shop, its e-mail addresses too, could be read by every user of the machine."""
    assert ui.process.poll() is None
    made = [platform.folder / name for name in ("lake", "dbt", "dagster", "dashboard", "postgres", "warehouse.duckdb")]
    every = [path for top in made for path in (top, *top.rglob("*")) if not path.is_symlink()]
    assert len(every) > 100
    # The first was made by the test; the second leads to what another user owns, if root runs this.
    through = {platform.folder / "dagster", platform.folder / "postgres"}
    programs = {path for path in every if any(part.startswith("wheel-") for part in path.parts)}
    closed = [path for path in every if path not in through | programs]
    open_to_others = []
    for path in closed:
        with suppress(FileNotFoundError):  # a journal of SQLite comes and goes
            if (mode := path.stat().st_mode) & 0o077:
                open_to_others.append(f"{path} {mode:o}")
    assert open_to_others == []


def test_the_last_day_to_select_is_the_last_day_with_data(ui: DagsterUi) -> None:
    query = """{ assetNodeOrError(assetKey: {path: ["source", "customers"]}) { ... on AssetNode {
        partitionKeys partitionKeyConnection(limit: 2, ascending: false) { results }
    } } }"""
    asset = ui.ask(query)["assetNodeOrError"]
    assert (asset["partitionKeys"][0], asset["partitionKeys"][-1]) == ("2025-01-01", "2026-03-31")
    # What the UI plots. It was the last days up to today, which have no data.
    assert asset["partitionKeyConnection"]["results"] == ["2026-03-31", "2026-03-30"]
