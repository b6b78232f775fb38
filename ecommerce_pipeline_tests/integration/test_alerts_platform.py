"""The platform itself under `dagster dev`, with nothing configured: failures are reported in the mail folder.

A source, a load and a dbt model fail as in real life; the command in the email fixes it, and an email reports that.
"""

import shlex
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ecommerce_pipeline.resources.mail.catcher import INDEX, kept
from ecommerce_pipeline_tests.integration.test_backfill import LAUNCH
from ecommerce_pipeline_tests.support.dagster_ui import BIN, DagsterUi, environment
from ecommerce_pipeline_tests.support.mailbox import html_of, text_of
from ecommerce_pipeline_tests.support.platform import Platform

pytestmark = pytest.mark.timeout(900)

DAY = "2026-03-07"


@pytest.fixture
def platform(new_platform: Callable[..., Platform]) -> Iterator[Platform]:
    made = new_platform("alerted")
    yield made
    if made.settings.postgres_dir.is_file():
        made.settings.postgres_dir.unlink()


@pytest.fixture
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
    ui.wait_for(lambda: ui.ask("{ assetNodes { id } }")["assetNodes"], 120)
    obstacle = platform.settings.postgres_dir
    obstacle.write_text("no folder")
    for path in (["source", "refunds"], ["core", "fact_refund"]):
        ui.ask(LAUNCH, params={"assetSelection": [{"path": path}], "partitionNames": [DAY], "tags": []})
    assert not succeeds(platform, "run", "--job", "load", "--from", DAY, "--to", DAY)
    for words in (["load failed", DAY], ["core/fact_refund"], ["source/refunds"]):
        ui.wait_for(lambda words=words: about(platform, *words), 150)

    load = about(platform, "load failed", DAY)
    text = text_of(load)
    assert "Launched by:  a person, on the command line" in text
    assert "staging/refunds" in text
    assert "core/quarantine_refunds" in text.partition("Downstream and now stale")[2]
    rerun_command = next(line.strip() for line in text.splitlines() if "ecommerce-pipeline run" in line)
    dbt = about(platform, "core/fact_refund")
    assert "\n\ndbt could not build the models" in text_of(dbt)
    assert "Launched by:  backfill" in text_of(dbt)
    assert "Run it again" in html_of(dbt)
    for mail in mails(platform).values():
        assert f"Open the run: http://127.0.0.1:{ui.port}/runs/" in text_of(mail), "the port that this UI listens on"

    obstacle.unlink()
    for job in ("ingest", "extract"):
        assert succeeds(platform, "run", "--job", job, "--from", DAY, "--to", DAY)
    assert succeeds(platform, *shlex.split(rerun_command)[1:])
    ui.wait_for(lambda: about(platform, "load has recovered"), 90)
    assert about(platform, "load has recovered")["In-Reply-To"] == load["Message-ID"]
    assert all(
        subject.replace("<", "&lt;")[:40] in (platform.settings.mail_dir / INDEX).read_text()
        for subject in mails(platform)
    )
    assert str(platform.settings.mail_dir / INDEX) in ui.log.read_text(), "the log says where to read them"
