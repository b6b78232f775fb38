"""The Dockerfile's commands, run in a folder with only the files that it has copied before."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from ecommerce_pipeline.settings import PROJECT_ROOT

DOCKERFILE = re.sub(r"^#.*\n", "", (PROJECT_ROOT / "Dockerfile").read_text().replace("\\\n", ""), flags=re.MULTILINE)
LOCKS = ("run", "test", "bench")


def test_the_dockerfile_installs_the_requirements_without_other_files(tmp_path: Path) -> None:
    """An override in pyproject.toml, which is not copied yet at that point, made every build fail."""
    copied, command = re.findall(r"^COPY (requirements/.*) /requirements/\nRUN (.*)$", DOCKERFILE, re.MULTILINE)[0]
    for file in copied.split():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        shutil.copy(PROJECT_ROOT / file, tmp_path / file)
    # Without downloading the packages, which takes minutes.
    local_command = re.sub(r"(?<![\w/])/(opt|requirements)\b", rf"{tmp_path}/\1", command).replace(
        "uv pip install", "uv pip install --dry-run"
    )
    environment = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    completed = subprocess.run(
        ["sh", "-ec", local_command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert completed.returncode == 0, completed.stderr
    wanted = len(re.findall(r"^[\w.-]+==", (PROJECT_ROOT / "requirements/run.txt").read_text(), re.MULTILINE))
    installs = re.findall(r"Would install (\d+) packages", completed.stderr)
    assert installs
    assert 0.8 * wanted < int(installs[0]) <= wanted


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_contains_no_overridden_package(lock: str) -> None:
    overrides = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text())["tool"]["uv"]["override-dependencies"]
    locked = re.findall(r"^([\w.-]+)==", (PROJECT_ROOT / f"requirements/{lock}.txt").read_text(), re.MULTILINE)
    assert locked
    assert not {override.partition(";")[0] for override in overrides} & set(locked)


def test_every_lock_is_installed_without_resolving_it_again() -> None:
    for file in ("Makefile", "Dockerfile"):
        commands = re.findall(r"pip install[^&\n]*requirements/[\w$<.]+", (PROJECT_ROOT / file).read_text())
        commands += re.findall(r"pip install[^&\n]*-r \$<", (PROJECT_ROOT / file).read_text())
        assert commands
        for command in commands:
            assert {"--no-deps", "--require-hashes"} <= set(command.split()), command
