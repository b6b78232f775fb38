"""make in folders whose names have characters that shells, sed, dotenv files, Python or Dagster treat specially."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from dotenv import dotenv_values

from ecommerce_pipeline.settings import PROJECT_ROOT


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make in a folder with the files that it needs."""
    folder.mkdir(exist_ok=True)
    for name in ("Makefile", ".env.example", "dagster.yaml"):
        shutil.copy(PROJECT_ROOT / name, folder)
    (folder / "requirements").symlink_to(PROJECT_ROOT / "requirements")
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", ["R&D", "Bob's Büro", "data [old] #1 | a;b", "tab\there"])
def test_the_env_file_names_the_home_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    """In R&D, sed wrote `DAGSTER_HOME=/home/ann/RDAGSTER_HOME=D/...`; in Bob's, the shell failed."""
    folder = tmp_path / name
    folder.mkdir()
    (folder / ".venv").symlink_to(sys.prefix)
    made = make(folder, "--old-file=.venv/run.stamp", ".env")
    assert made.returncode == 0, made.stderr
    home = folder / ".local" / "dagster"
    assert dotenv_values(folder / ".env")["DAGSTER_HOME"] == str(home)
    assert (home / "dagster.yaml").read_text() == (PROJECT_ROOT / "dagster.yaml").read_text()


@pytest.mark.parametrize("character", [":", "%", "?", "$", '"', "\\"])
def test_a_folder_in_which_nothing_could_work_is_refused_in_one_sentence(tmp_path: Path, character: str) -> None:
    made = make(tmp_path / f"a{character}b", ".venv/uv.stamp")
    assert made.returncode == 2
    assert made.stdout == (
        f"error: Python, Dagster or PostgreSQL cannot work in {tmp_path}/a{character}b: rename the folders whose names "
        'contain : % ? $ " or \\\n'
    )
    assert not (tmp_path / f"a{character}b" / ".venv").exists()
