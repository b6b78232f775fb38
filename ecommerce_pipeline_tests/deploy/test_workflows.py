"""GitHub's workflows and docker-compose.yml: their schemas, a security linter, and the rules of this project."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ecommerce_pipeline.settings import PROJECT_ROOT

BIN = Path(sys.executable).parent
WORKFLOWS = sorted((PROJECT_ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("github-workflows", WORKFLOWS),
        ("dependabot", [PROJECT_ROOT / ".github" / "dependabot.yml"]),
        ("compose-spec", [PROJECT_ROOT / "docker-compose.yml"]),
    ],
)
def test_the_file_matches_its_schema(schema: str, files: list[Path]) -> None:
    command = [BIN / "check-jsonschema", "--builtin-schema", f"vendor.{schema}", *files]
    completed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert completed.returncode == 0, completed.stdout


def test_the_security_linter_finds_no_problem() -> None:
    completed = subprocess.run(
        [BIN / "zizmor", "--offline", "--no-progress", "--persona", "pedantic", PROJECT_ROOT / ".github"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stdout


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_each_action_is_pinned_to_a_commit_and_each_job_has_minimal_permissions(file: Path) -> None:
    for used in re.findall(r"uses: (.+)", file.read_text()):
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", used), used
    workflow = yaml.safe_load(file.read_text())
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert job["permissions"].items() <= {"contents": "read", "id-token": "write"}.items()
        assert "timeout-minutes" in job


def test_all_supported_pythons_are_tested_with_the_same_command_as_locally() -> None:
    jobs = yaml.safe_load((PROJECT_ROOT / ".github" / "workflows" / "ci.yml").read_text())["jobs"]
    assert jobs["test"]["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]
    assert jobs["test"]["steps"][-1] == {"run": ".ci/run"}
    assert jobs["check"]["steps"][-1] == {"run": "make lint types"}


def test_the_scripts_of_ci_have_valid_shell_syntax() -> None:
    for script in (PROJECT_ROOT / ".ci").iterdir():
        subprocess.run(["bash", "-n", script], check=True)
