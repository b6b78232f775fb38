"""Dagster's home when something is wrong with it: one message, never a stack trace of Dagster's or SQLAlchemy's."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.instance.home import open_instance
from ecommerce_pipeline.instance.storage_errors import explaining_storage_errors
from ecommerce_pipeline.settings import Settings


def folder_at(path: str) -> Callable[[Path], object]:
    return lambda home: (home / path).mkdir(parents=True)


def text_at(path: str, text: str) -> Callable[[Path], object]:
    def write(home: Path) -> None:
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(text)

    return write


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the path of a home that does not exist yet."""
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "data" / "dagster"))
    return tmp_path / "data" / "dagster"


def opened(home: Path) -> str:
    """Open the instance; return the path of its home."""
    with open_instance(Settings.from_environment({"DATA_DIR": str(home.parent)})) as instance:
        return instance.root_directory


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (lambda home: home.write_text(""), "Dagster's home {home} cannot be used (File exists): make it a folder that"),
        (folder_at("history/runs.db"), "Dagster's storage in {home} cannot be written (unable to open database file)"),
        (folder_at("history/runs/index.db"), "Dagster's storage in {home} cannot be written (unable to open database"),
        (folder_at("schedules/schedules.db"), "Dagster's storage in {home} cannot be written (unable to open"),
        (text_at("history/runs.db", "x" * 4096), "Dagster's storage in {home} is damaged (file is not a database): "),
        (text_at("history", ""), "{home}/history cannot be used (File exists): move away"),
        (text_at("dagster.yaml", "a: [b"), "{home}/dagster.yaml cannot be used (while parsing a flow sequence"),
        (
            text_at("dagster.yaml", "event_logs: {}"),
            "{home}/dagster.yaml cannot be used (Errors whilst loading dagster",
        ),
        (
            text_at("dagster.yaml", "run_storage: {module: gone, class: Gone}"),
            "{home}/dagster.yaml cannot be used (Failure",
        ),
        (folder_at("dagster.yaml"), "{home}/dagster.yaml cannot be used (Is a directory): move away"),
    ],
)
def test_a_home_that_cannot_be_used_is_one_message_with_the_remedy(
    home: Path, fault: Callable[[Path], object], message: str
) -> None:
    home.parent.mkdir()
    fault(home)
    with pytest.raises(PlatformError) as caught:
        opened(home)
    assert str(caught.value).startswith(message.format(home=home))


def test_a_home_that_was_deleted_or_whose_configuration_was_is_created_again(home: Path) -> None:
    home.mkdir(parents=True)
    (home / "dagster.yaml").symlink_to("/nowhere/dagster.yaml")
    assert opened(home) == str(home)
    assert "telemetry" in (home / "dagster.yaml").read_text()


@pytest.mark.parametrize("character", ["?", "%"])
def test_a_path_that_dagster_cannot_open_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, character: str
) -> None:
    """Dagster opened a database of another name, without tables."""
    home = tmp_path / f"what{character}41"
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    with pytest.raises(PlatformError, match=rf"41 contains \{character}, with which Dagster opens no files"):
        opened(home)
    assert not home.exists()


def test_a_locked_file_of_the_home_is_named_as_locked(tmp_path: Path) -> None:
    file = tmp_path / "runs.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as first, closing(sqlite3.connect(file, 0)) as second:
        first.execute("BEGIN EXCLUSIVE")
        message = r"is locked \(database is locked\): close the program that uses it"
        with pytest.raises(PlatformError, match=message), explaining_storage_errors(tmp_path):
            second.execute("CREATE TABLE t (n)")
