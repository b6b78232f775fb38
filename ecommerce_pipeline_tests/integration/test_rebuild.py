"""History that cannot follow a definition, and a warehouse that cannot be read, are built again by one command."""

import shutil
from collections.abc import Callable

import duckdb
import pytest

from ecommerce_pipeline.commands.output import Output
from ecommerce_pipeline.commands.rebuild import rebuild_command
from ecommerce_pipeline.commands.rebuild_warehouse import rebuild_warehouse_command
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline_tests.support.platform import Platform

DAY = "2026-03-08"


@pytest.fixture
def copy(week: Platform, new_platform: Callable[..., Platform], monkeypatch: pytest.MonkeyPatch) -> Platform:
    """Return a platform with the week's lake, its key and warehouse, and without its source database and runs."""
    platform = new_platform()
    shutil.copytree(week.settings.lake_dir, platform.settings.lake_dir)
    shutil.copy(week.settings.person_key_file, platform.settings.person_key_file)
    shutil.copy(week.settings.warehouse_path, platform.settings.warehouse_path)
    monkeypatch.setenv("DAGSTER_HOME", str(platform.settings.dagster_home))
    return platform


def change(platform: Platform, sql: str) -> None:
    with duckdb.connect(str(platform.settings.warehouse_path)) as warehouse:
        warehouse.execute(sql)


def test_a_renamed_column_is_deployed_and_a_damaged_warehouse_replaced_with_one_command_each(
    copy: Platform, week: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither was possible: only `reset`, which deletes the lake and the source too."""
    change(copy, "ALTER TABLE core.fact_review RENAME sentiment TO mood")
    change(copy, "ALTER TABLE core.fact_review DROP transaction_id")
    with pytest.raises(PlatformError) as refused:
        copy.run(DAY, job="transform")
    assert "core.fact_review: column mood (text) is no longer defined" in str(refused.value)
    assert "`ecommerce-pipeline rebuild fact_review` builds its history" in str(refused.value)
    with pytest.raises(PlatformError, match="facts_review: there is no such model; do you mean fact_review"):
        rebuild_command(copy.settings, ["facts_review"], Output())
    rebuild_command(copy.settings, ["fact_review"], Output())
    assert copy.content_hashes() == week.content_hashes()

    path = copy.settings.warehouse_path
    damaged = bytes(100) + path.read_bytes()[100:]
    path.write_bytes(damaged)
    path.with_name(f"{path.name}.wal").write_bytes(b"of the old file")
    rebuild_warehouse_command(copy.settings, Output())
    assert copy.content_hashes() == week.content_hashes()
    forecasts = "FROM forecast.sales_daily ORDER BY ALL"
    assert copy.query(forecasts) == week.query(forecasts) != []
    kept = {file.name.partition(".before-rebuild-")[2][15:]: file for file in copy.folder.glob("*.before-rebuild-*")}
    assert (kept[""].read_bytes(), kept[".wal"].read_bytes()) == (damaged, b"of the old file")
    assert f"the old warehouse is kept as {kept['']}: delete it" in capsys.readouterr().out
    assert not copy.settings.rebuild_dir.exists()
