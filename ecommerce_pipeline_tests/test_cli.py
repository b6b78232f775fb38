import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from dagster_webserver.cli import dagster_webserver

from ecommerce_pipeline.commands.dev import dagster_command
from ecommerce_pipeline.settings import PROJECT_ROOT

PROGRAM = Path(sys.executable).with_name("ecommerce-pipeline")


def call(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [PROGRAM, *arguments],
        env=inherited | {"DATA_DIR": str(folder), "DAGSTER_HOME": str(folder / "dagster")} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
    [
        (["run"], {"TARGET": "azure"}, "TARGET=azure: input should be 'local'"),
        (["run"], {"SOURCE": "kafka"}, "SOURCE=kafka: input should be 'synthetic' or 'external'"),
        (["run", "--from", "2026-3-1"], {}, "--from 2026-3-1 is not a day: write it as YYYY-MM-DD"),
        (["run", "--to", "yesterday"], {}, "--to yesterday is not a day: write it as YYYY-MM-DD"),
        (["run", "--from", "2026-03-05", "--to", "2026-03-01"], {}, "--from 2026-03-05 is after --to 2026-03-01"),
        (["run", "--from", "2024-12-31", "--to", "2025-01-02"], {}, "before the calendar starts (2025-01-01)"),
        (
            ["run", "--to", "2999-01-01"],
            {},
            "--to 2999-01-01 is after the synthetic shop's last day (2026-03-31): use an",
        ),
        (
            ["run", "--to", "2999-01-01"],
            {"END_DATE": "2999-12-31"},
            "--to 2999-01-01 is not complete yet: the last complete day is",
        ),
        (
            ["run", "--job", "everthing"],
            {},
            "--job everthing: there is no such job; the jobs are dashboard, everything, extract",
        ),
    ],
)
def test_invalid_options_get_one_clear_message_and_build_nothing(
    tmp_path: Path, arguments: list[str], environment: dict[str, str], message: str
) -> None:
    called = call(*arguments, folder=tmp_path, **environment)
    assert called.returncode == 1
    assert called.stderr.startswith("error: ")
    assert message in called.stderr
    assert "Traceback" not in called.stderr + called.stdout
    assert not (tmp_path / "warehouse.duckdb").exists()


def test_help_describes_every_command_and_a_pipe_gets_it_without_boxes(tmp_path: Path) -> None:
    called = call("--help", folder=tmp_path)
    assert called.returncode == 0
    for command in ("run", "status", "dashboard", "doctor", "stop", "reset"):
        assert f" {command} " in called.stdout
    assert called.stdout.isascii()


def test_version_names_the_program_and_the_installed_version(tmp_path: Path) -> None:
    assert call("--version", folder=tmp_path).stdout == f"ecommerce-pipeline {version('ecommerce-pipeline')}\n"


def test_a_shell_completes_the_names_of_jobs_without_loading_the_platform(tmp_path: Path) -> None:
    words = "ecommerce-pipeline run --job e"
    called = call(
        folder=tmp_path, _ECOMMERCE_PIPELINE_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD="3", TARGET="wrong"
    )
    assert called.stdout.split() == ["extract", "everything"]


def test_status_before_the_first_run_says_what_to_do_to_people_and_to_programs(tmp_path: Path) -> None:
    called = call("status", "--json", folder=tmp_path)
    assert called.returncode == 1
    message = f"the warehouse {tmp_path}/warehouse.duckdb does not exist yet: `ecommerce-pipeline run` creates it"
    assert called.stderr == f"error: {message}\n"
    assert json.loads(called.stdout) == {"ok": False, "error": message}


@pytest.mark.parametrize("arguments", [["dashboard"], ["dashboard", "--serve", "--port", "0"]])
def test_the_dashboard_before_the_first_run_says_what_to_do(tmp_path: Path, arguments: list[str]) -> None:
    called = call(*arguments, folder=tmp_path)
    assert called.returncode == 1
    assert f"no dashboard at {tmp_path}/dashboard/report.html yet: `ecommerce-pipeline run` builds it" in called.stderr


def test_the_dashboard_is_opened_as_a_file(tmp_path: Path) -> None:
    page = tmp_path / "dashboard" / "report.html"
    page.parent.mkdir()
    page.write_text("<title>page</title>")
    opened = call("dashboard", folder=tmp_path, BROWSER="echo")
    assert opened.returncode == 0
    assert page.as_uri() in opened.stdout


def test_reset_asks_first_and_deletes_only_the_platform_s_files(tmp_path: Path) -> None:
    """In a folder with other files, whole folders of other people went: mail, lake, dashboard, dbt, postgres."""
    ours = [
        *("lake/sessions/date=2026-03-01/part-0.parquet", "lake/stores/part-0.parquet", "lake/.incoming/half"),
        *("warehouse.duckdb", "warehouse.duckdb.wal", "warehouse.duckdb.before-rebuild-1", "rebuild/warehouse.duckdb"),
        *("dashboard/report.html", "dbt/runs/one/run_results.json"),
        *("dagster/history/runs.db", "mail/index.html", "mail/2026-03-01T10-00-00-load-failed-0123abcd.eml"),
    ]
    others = [
        *("thesis.txt", "warehouse.duckdb.backup", "lake/sessions/date=2026-03-01/notes.txt", "lake/photos/boat.jpg"),
        *("dashboard/car.html", "dbt/my_project/dbt_project.yml", "dagster/notes.txt", "mail/inbox/letter.eml"),
        # Without the list and its key, the forgotten would come back with the next run.
        *("postgres/data/PG_VERSION", "lake/_shop/forgotten.json", "person_key"),
    ]
    for name in ours + others:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("years of work")
    (tmp_path / "mail" / "drafts").mkdir()
    refused = subprocess.run(
        [PROGRAM, "reset"],
        env=os.environ | {"DATA_DIR": str(tmp_path)},
        input="n\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert all((tmp_path / name).exists() for name in ours)
    called = call("reset", "--yes", folder=tmp_path)
    assert called.returncode == 0
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if not path.is_dir()}
    assert found == {*others, "dagster/dagster.yaml"}
    assert (tmp_path / "mail" / "drafts").exists()
    assert not (tmp_path / "lake" / "stores").exists()
    assert "lake, warehouse, dashboard, run history, dbt's files, mails in" in called.stdout
    assert f"kept: {tmp_path}/lake/_shop/forgotten.json" in called.stdout
    assert f"kept, as other files are there: {tmp_path}/dagster, {tmp_path}/dashboard" in called.stdout
    (tmp_path / "lake" / "_shop" / "forgotten.json").unlink()
    assert "run history, key of guests in" in call("reset", "--yes", folder=tmp_path).stdout
    assert not (tmp_path / "person_key").exists()


def test_the_ui_is_served_on_loopback_by_default() -> None:
    defaults = {parameter.name: parameter.default for parameter in dagster_webserver.params}
    assert defaults["host"] == "127.0.0.1"
    assert "\t@$(BIN)/ecommerce-pipeline dev\n" in (PROJECT_ROOT / "Makefile").read_text()
    for checkout in (True, False):
        assert "--host" not in dagster_command(None, 3001, checkout=checkout)
