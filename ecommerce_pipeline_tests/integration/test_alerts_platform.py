"""The platform itself under `dagster dev`, with nothing configured: failures are reported in the mail folder.

A source, a load and a dbt model fail as in real life; the command in the email fixes it, and an email reports that.
Then processes are killed with -9, as the system does when memory is short.
"""

import shlex
import subprocess
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from dagster import DagsterInstance, RunsFilter

from ecommerce_pipeline.resources.mail.catcher import INDEX, kept
from ecommerce_pipeline.targets import postgres
from ecommerce_pipeline_tests.integration.test_backfill import LAUNCH
from ecommerce_pipeline_tests.support.dagster_ui import BIN, DagsterUi, environment
from ecommerce_pipeline_tests.support.mailbox import html_of, text_of
from ecommerce_pipeline_tests.support.platform import Platform

DAY = "2026-03-07"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with closing(Platform(tmp_path_factory.mktemp("alerted"))) as made:
        yield made
        if made.settings.postgres_dir.is_file():
            made.settings.postgres_dir.unlink()


@pytest.fixture(scope="module")
def ui(platform: Platform) -> Iterator[DagsterUi]:
    started = DagsterUi(platform)
    yield started
    started.close()


def mails(platform: Platform) -> dict[str, Any]:
    return {str(mail["Subject"]): mail for _, mail in kept(platform.settings.mail_dir)}


def about(platform: Platform, *words: str) -> Any:
    return next((mail for subject, mail in mails(platform).items() if all(word in subject for word in words)), None)


def succeeds(platform: Platform, *arguments: str) -> bool:
    """Run a command; return whether it succeeded."""
    result = subprocess.run(
        [BIN / "ecommerce-pipeline", *arguments],
        env=environment(platform),
        capture_output=True,
        text=True,
        check=False,
    )
    return result.returncode == 0


def test_failures_in_dagster_dev_are_in_the_mail_folder_and_the_command_in_the_email_fixes_them(
    ui: DagsterUi, platform: Platform
) -> None:
    ui.wait_for(lambda: ui.ask("{ assetNodes { id } }")["assetNodes"])
    obstacle = platform.settings.postgres_dir
    obstacle.write_text("no folder")
    for path in (["source", "refunds"], ["core", "fact_refund"]):
        ui.ask(LAUNCH, params={"assetSelection": [{"path": path}], "partitionNames": [DAY], "tags": []})
    assert not succeeds(platform, "run", "--job", "load", "--from", DAY, "--to", DAY)
    for words in (["load failed", DAY], ["core/fact_refund"], ["source/refunds"]):
        ui.wait_for(lambda words=words: about(platform, *words))

    load = about(platform, "load failed", DAY)
    text = text_of(load)
    assert "Launched by:  a person, on the command line" in text
    assert "staging/refunds" in text
    assert "core/quarantine_refunds" in text.partition("Downstream and now stale")[2]
    rerun_command = next(line.strip() for line in text.splitlines() if "ecommerce-pipeline run" in line)
    dbt = about(platform, "core/fact_refund")
    assert "does not exist yet" in text_of(dbt)
    assert "Launched by:  backfill" in text_of(dbt)
    assert "Run it again" in html_of(dbt)
    for mail in mails(platform).values():
        assert f"Open the run: http://127.0.0.1:{ui.port}/runs/" in text_of(mail), "the port that this UI listens on"

    obstacle.unlink()
    for job in ("ingest", "extract"):
        assert succeeds(platform, "run", "--job", job, "--from", DAY, "--to", DAY)
    assert succeeds(platform, *shlex.split(rerun_command)[1:])
    ui.wait_for(lambda: about(platform, "load has recovered"))
    assert about(platform, "load has recovered")["In-Reply-To"] == load["Message-ID"]
    assert all(
        subject.replace("<", "&lt;")[:40] in (platform.settings.mail_dir / INDEX).read_text()
        for subject in mails(platform)
    )
    assert str(platform.settings.mail_dir / INDEX) in ui.log.read_text(), "the log says where to read them"


LAUNCH_RUN = """mutation($params: ExecutionParams!) {
    launchRun(executionParams: $params) { ... on LaunchRunSuccess { run { runId } } }
}"""


def launch(ui: DagsterUi, job: str, asset: str, **tags: str) -> str:
    """Launch a run of one of a job's assets as the UI does; return its id."""
    selector = {
        "repositoryName": "__repository__",
        "repositoryLocationName": "ecommerce_pipeline",
        "jobName": job,
        "assetSelection": [{"path": asset.split("/")}],
    }
    pairs = [{"key": name, "value": value} for name, value in {"dagster/partition": DAY, **tags}.items()]
    params = {"selector": selector, "runConfigData": {}, "executionMetadata": {"tags": pairs}}
    return str(ui.ask(LAUNCH_RUN, params=params)["launchRun"]["run"]["runId"])


def test_killed_processes_block_nothing_and_are_mailed(
    ui: DagsterUi, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their runs stayed "started": slots and the pool were taken for ever, new runs queued, nobody was mailed.

    The day was loaded by the test above.
    """
    monkeypatch.setenv("DAGSTER_HOME", str(platform.folder / "dagster"))
    with DagsterInstance.get() as instance:

        def holders() -> list[str]:
            return [slot.run_id for slot in instance.event_log_storage.get_concurrency_info("warehouse").claimed_slots]

        def status(run_id: str) -> str:
            return instance.get_runs(RunsFilter(run_ids=[run_id]))[0].status.value

        with postgres(platform.settings).connect() as blocking:
            blocking.execute("LOCK TABLE ecommerce.refunds")
            of_dev = launch(ui, "everything", "staging/reconciliation", **{"dagster/max_retries": "0"})
            ui.wait_for(lambda: holders() == [of_dev])
            command = subprocess.Popen(
                [BIN / "ecommerce-pipeline", "run", "--job", "load", "--from", DAY, "--to", DAY],
                env=environment(platform),
                stdout=subprocess.PIPE,
                text=True,
            )
            assert command.stdout
            output = ""
            while "waiting for pool" not in output:
                output += command.stdout.readline()
            assert f"held by staging/reconciliation of run {of_dev[:8]} (everything, {DAY}, process " in output
            of_command = next(found.run_id for found in instance.get_runs() if found.run_id != of_dev)
            command.kill()
            command.communicate()
            ui.wait_for(lambda: status(of_command) == "FAILURE")
            ui.kill()
            assert (status(of_dev), holders()) == ("STARTED", [of_dev])
        ui.start()
        ui.wait_for(lambda: status(of_dev) == "FAILURE")
        goes_on = ui.wait_for(lambda: launch(ui, "load", "staging/refunds"))
        ui.wait_for(lambda: status(goes_on) == "SUCCESS")
        assert holders() == []

    for run_id in (of_command, of_dev):
        ui.wait_for(lambda run_id=run_id: mail_of_run(platform, run_id))
        assert "was killed, or ran out of memory" in mail_of_run(platform, run_id)


def mail_of_run(platform: Platform, run_id: str) -> str:
    texts = [text_of(mail) for _, mail in kept(platform.settings.mail_dir)]
    return next((text for text in texts if run_id in text), "")
