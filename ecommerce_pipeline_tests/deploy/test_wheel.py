"""The wheel: it holds what the platform needs at run time, and works in a folder without the checkout."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from ecommerce_pipeline.settings import PROJECT_ROOT

UV = Path(sys.executable).with_name("uv")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the tracked files, and return the folder it is unpacked to, as an installer would."""
    source, dist, folder = (tmp_path_factory.mktemp(name) for name in ("source", "dist", "site-packages"))
    for name in tracked():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(PROJECT_ROOT / name, source / name)
    build = [UV, "build", "--wheel", "--quiet", "--offline", "--no-build-isolation", "--python", sys.executable]
    subprocess.run([*build, "--out-dir", dist, source], check=True)
    [wheel] = dist.glob("*.whl")
    with ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def tracked(*folders: str) -> set[str]:
    """Return the files of the repository in the folders, or all."""
    command = ["git", "ls-files", "-z", *folders]
    listed = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    return {name for name in listed.stdout.split("\0") if name}


def test_the_wheel_holds_the_package_the_dbt_project_and_dagster_s_configuration(installed: Path) -> None:
    unpacked = {path.relative_to(installed).as_posix() for path in installed.rglob("*") if path.is_file()}
    found = {name for name in unpacked if ".dist-info/" not in name}
    needed = {
        name
        for name in tracked("ecommerce_pipeline", "ecommerce_dbt", "shops")
        if not name.startswith("ecommerce_dbt/evaluator/") and Path(name).name != ".sqlfluff"
    }
    assert found == needed
    assert (installed / "ecommerce_pipeline/instance/dagster.yaml").read_text() == (
        PROJECT_ROOT / "dagster.yaml"
    ).read_text()


def test_an_installed_platform_works_in_the_current_folder_with_its_env_file(installed: Path, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DATA_DIR=my data\n")
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    status = subprocess.run(
        [sys.executable, "-c", "from ecommerce_pipeline.cli import main; main()", "status"],
        cwd=tmp_path,
        env=inherited | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    data = tmp_path / "my data"
    assert status.stderr == (
        f"error: the warehouse {data}/warehouse.duckdb does not exist yet: `ecommerce-pipeline run` creates it\n"
    )
    assert (data / "dagster/dagster.yaml").resolve() == installed / "ecommerce_pipeline/instance/dagster.yaml"
