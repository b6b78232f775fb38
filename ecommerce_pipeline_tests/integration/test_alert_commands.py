"""The command in an email remedies the failure: it ends well, and nothing is left to do by hand."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from pyarrow import parquet

from ecommerce_pipeline.alerts.tick import Alerting
from ecommerce_pipeline.resources.mail.catcher import kept
from ecommerce_pipeline_tests.support.mailbox import text_of
from ecommerce_pipeline_tests.support.platform import SMALL_SHOP, Platform

PROGRAM = Path(sys.executable).with_name("ecommerce-pipeline")
DAY = ("--from", "2026-03-07", "--to", "2026-03-07")
REFUNDS = "refunds/date=2026-03-07"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with closing(Platform(tmp_path_factory.mktemp("commands"))) as platform:
        assert command(platform, "run", *DAY).returncode == 0
        tick(platform)
        yield platform


def command(platform: Platform, *arguments: str) -> subprocess.CompletedProcess[str]:
    home = {"DATA_DIR": str(platform.folder), "DAGSTER_HOME": str(platform.folder / "dagster")}
    return subprocess.run(
        [PROGRAM, *arguments], env={**os.environ, **SMALL_SHOP, **home}, capture_output=True, text=True, check=False
    )


def tick(platform: Platform) -> None:
    Alerting(platform.instance, platform.definitions.get_repository_def(), platform.settings).tick()


def refunds(platform: Platform) -> Path:
    [path] = (platform.settings.lake_dir / REFUNDS).glob("*.parquet")
    return path


def damage(platform: Platform) -> None:
    content = bytearray(refunds(platform).read_bytes())
    content[-40:] = b"\0" * 40
    refunds(platform).write_bytes(content)


def delete(platform: Platform) -> None:
    refunds(platform).unlink()


def lose_a_column(platform: Platform) -> None:
    table = parquet.read_table(refunds(platform))
    parquet.write_table(table.drop_columns(table.column_names[-1]), refunds(platform))


def drop_the_marts(platform: Platform) -> None:
    with duckdb.connect(str(platform.settings.warehouse_path)) as warehouse:
        warehouse.execute("DROP SCHEMA datamart CASCADE")


LOAD, REFUNDS_ALONE = ("--job", "load"), ("--select", 'key:"staging/refunds"')


@pytest.mark.parametrize(
    ("harm", "failing"),
    [
        (damage, LOAD),
        (delete, LOAD),
        (lose_a_column, LOAD),
        (delete, REFUNDS_ALONE),
        (drop_the_marts, ("--job", "dashboard")),
    ],
    ids=[
        "a damaged object",
        "an object that is gone",
        "an object without a column",
        "an object that is gone, for one asset",
        "no marts",
    ],
)
def test_the_command_in_the_email_ends_well_and_leaves_nothing_to_do(
    built: Platform, harm: Callable[[Platform], None], failing: tuple[str, ...]
) -> None:
    harm(built)
    failed = command(built, "run", *failing, *DAY)
    assert failed.returncode == 1, failed.stdout + failed.stderr
    before = {name for name, _ in kept(built.settings.mail_dir)}
    tick(built)
    [text] = [text_of(mail) for name, mail in kept(built.settings.mail_dir) if name not in before]
    rerun_command = text.partition("Run it again\n------------\n")[2].partition("\n\n")[0]
    mended = command(built, *shlex.split(rerun_command)[1:])
    assert mended.returncode == 0, rerun_command + mended.stdout + mended.stderr
    verified = command(built, "verify", *DAY)
    assert verified.returncode == 0, rerun_command + verified.stdout + verified.stderr
    tick(built)
    assert "has recovered" in str(kept(built.settings.mail_dir)[0][1]["Subject"])
