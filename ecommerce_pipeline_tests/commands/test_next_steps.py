import shutil
import sys
from pathlib import Path

import pytest

from ecommerce_pipeline.commands.next_steps import next_steps, program_as_called
from ecommerce_pipeline.forecasts.extra import LIBRARY
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.settings import Settings

DAYS = Days.of_keys("2026-03-02", "2026-03-31")


def commands(job: str, select: str | None = None, days: Days = DAYS, **settings: str) -> list[str]:
    text = next_steps(Settings.from_environment(settings), days, job, select, "pipeline")
    return [line.split("  ")[1] for line in text.splitlines() if line.startswith("  ")]


def test_after_everything_there_is_a_dashboard_and_a_longer_range() -> None:
    assert commands("everything") == [
        "pipeline dashboard",
        "pipeline dev",
        "pipeline status",
        "pipeline run --from 2026-01-01 --to 2026-03-31",
        "pipeline stop",
    ]


def test_after_one_step_the_next_one_is_named_for_the_same_days(monkeypatch: pytest.MonkeyPatch) -> None:
    assert commands("ingest") == [
        "pipeline run --job extract --from 2026-03-02 --to 2026-03-31",
        "pipeline dev",
        "pipeline stop",
    ]
    assert commands("transform")[0] == "pipeline run --job forecast --from 2026-03-02 --to 2026-03-31"
    monkeypatch.setitem(sys.modules, LIBRARY, None)
    assert commands("transform")[0] == "pipeline run --job dashboard --from 2026-03-02 --to 2026-03-31"
    assert "pipeline dashboard" in commands("dashboard")


def test_after_selected_assets_their_rows_can_be_compared_and_no_job_is_proposed() -> None:
    """The tip was the same after every run, for example the dashboard after `--job ingest`."""
    found = commands("everything", 'key:"lake/refunds"')
    assert found[0] == "pipeline verify --from 2026-03-02 --to 2026-03-31"
    assert not any(command.startswith(("pipeline run", "pipeline dashboard")) for command in found)


def test_a_longer_range_stays_in_the_calendar() -> None:
    days = Days.of_keys("2026-03-10", "2026-03-12")
    assert "pipeline run --from 2026-02-15 --to 2026-03-12" in commands(
        "everything", days=days, START_DATE="2026-02-15"
    )
    assert not any(" run " in command for command in commands("everything", days=days, START_DATE="2026-03-10"))


def test_a_server_that_the_platform_did_not_start_is_not_to_be_stopped() -> None:
    assert "pipeline stop" not in commands("everything", POSTGRES_HOST="db.example.com")


def test_the_program_is_written_as_it_was_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "my env" / "bin" / "ecommerce-pipeline"
    program.parent.mkdir(parents=True)
    shutil.copy("/bin/true", program)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(program), "run"])
    assert program_as_called() == "'my env/bin/ecommerce-pipeline'"
    monkeypatch.setenv("PATH", str(program.parent))
    assert program_as_called() == "ecommerce-pipeline"
    monkeypatch.setattr(sys, "argv", [".venv/bin/ecommerce-pipeline", "run"])
    assert program_as_called() == ".venv/bin/ecommerce-pipeline"
