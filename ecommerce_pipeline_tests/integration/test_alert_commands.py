"""The command in an email remedies the failure: it ends well, and nothing is left to do by hand."""

import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow.compute as pc
import pytest
from pyarrow import parquet

from ecommerce_pipeline.alerts.tick import Alerting
from ecommerce_pipeline.resources.mail.catcher import kept
from ecommerce_pipeline.schema.tables import BUSINESS_DATE
from ecommerce_pipeline_tests.support.mailbox import text_of
from ecommerce_pipeline_tests.support.platform import Platform

PROGRAM = Path(sys.executable).with_name("ecommerce-pipeline")
DAY = ("--from", "2026-03-07", "--to", "2026-03-07")
REFUNDS = "refunds/date=2026-03-07"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with closing(Platform(tmp_path_factory.mktemp("commands"))) as platform:
        assert platform.command("run", *DAY).returncode == 0
        tick(platform)
        yield platform


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


def hold_rows_of_another_day(platform: Platform) -> None:
    table = parquet.read_table(refunds(platform))
    next_day = pc.add(table[BUSINESS_DATE], timedelta(days=1)).cast(table.schema.field(BUSINESS_DATE).type)
    position = table.column_names.index(BUSINESS_DATE)
    parquet.write_table(table.set_column(position, table.schema.field(BUSINESS_DATE), next_day), refunds(platform))


def damage_the_warehouse(platform: Platform) -> None:
    with platform.settings.warehouse_path.open("r+b") as file:
        file.write(b"\xff" * 4096)


def in_the_warehouse(statement: str) -> Callable[[Platform], None]:
    def harm(platform: Platform) -> None:
        with duckdb.connect(
            platform.settings.warehouse_path, config={"python_enable_replacements": "false"}
        ) as warehouse:
            warehouse.execute(statement)

    return harm


LOAD, REFUNDS_ALONE = ("--job", "load"), ("--select", 'key:"staging/refunds"')
MART_ALONE = ("--select", 'key:"datamart/marts_product_daily"')
FAILURES: dict[str, tuple[Callable[[Platform], None], tuple[str, ...]]] = {
    "a damaged object": (damage, LOAD),
    "an object with another day's rows": (hold_rows_of_another_day, LOAD),
    "an object that is gone, for one asset": (delete, REFUNDS_ALONE),
    "a damaged warehouse": (damage_the_warehouse, LOAD),
    "a fact that is gone, for one mart": (in_the_warehouse("DROP TABLE core.fact_refund_line"), MART_ALONE),
    "no marts": (in_the_warehouse("DROP SCHEMA datamart CASCADE"), ("--job", "dashboard")),
}


@pytest.mark.parametrize(("harm", "failing"), FAILURES.values(), ids=FAILURES.keys())
def test_the_command_in_the_email_ends_well_and_leaves_nothing_to_do(
    built: Platform, harm: Callable[[Platform], None], failing: tuple[str, ...]
) -> None:
    harm(built)
    failed = built.command("run", *failing, *DAY)
    assert failed.returncode == 1, failed.stdout + failed.stderr
    before = {name for name, _ in kept(built.settings.mail_dir)}
    tick(built)
    [text] = [text_of(mail) for name, mail in kept(built.settings.mail_dir) if name not in before]
    rerun_command = text.partition("Run it again\n------------\n")[2].partition("\n\n")[0]
    mended = built.command(*shlex.split(rerun_command)[1:])
    assert mended.returncode == 0, rerun_command + mended.stdout + mended.stderr
    tick(built)
    assert "has recovered" in str(kept(built.settings.mail_dir)[0][1]["Subject"])


def test_after_all_commands_every_row_is_where_it_belongs(built: Platform) -> None:
    verified = built.command("verify", *DAY)
    assert verified.returncode == 0, verified.stdout + verified.stderr
