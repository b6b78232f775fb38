"""The folders of dbt's runs."""

import os
from pathlib import Path

from ecommerce_pipeline.resources.dbt.project import KEPT_RUNS, DbtWorkspace


def test_the_folders_of_the_last_runs_are_kept_with_all_their_files_and_no_others(tmp_path: Path) -> None:
    workspace = DbtWorkspace("local", {}, tmp_path, tmp_path / "dbt")
    folders = [workspace.run_dir(f"run-{number}") for number in range(KEPT_RUNS + 3)]
    for age, folder in enumerate(reversed(folders)):
        (folder / "compiled").mkdir()
        (folder / "compiled" / "model.sql").write_text("select 1")
        os.utime(folder, (age * -60 + 10**9,) * 2)
    workspace.remove_old_runs()
    assert [folder.exists() for folder in folders] == [False] * 3 + [True] * KEPT_RUNS
    assert all((folder / "compiled" / "model.sql").exists() for folder in folders[3:])
