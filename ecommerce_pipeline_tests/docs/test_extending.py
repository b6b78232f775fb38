"""docs/extending.md, followed literally in a copy of the repository: its diffs, its commands, the rows that follow."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest

from ecommerce_pipeline.dashboard.server import DASHBOARD_PAGE
from ecommerce_pipeline.resources.embedded_postgres.server import EmbeddedPostgres
from ecommerce_pipeline.resources.postgres.address import LOCAL, Address
from ecommerce_pipeline.settings import PROJECT_ROOT
from ecommerce_pipeline_tests.support.browser import address_of, launch_browser, open_page
from ecommerce_pipeline_tests.support.platform import SMALL_SHOP, comparable

PAGE = PROJECT_ROOT / "docs" / "extending.md"
SECTIONS = {title: body for title, _, body in (part.partition("\n") for part in PAGE.read_text().split("\n## ")[1:])}
COLUMN, EVENT_TABLE, MART = "A column of a source table", "An event table", "A mart with a chart"
WAREHOUSE = "A third warehouse"


def blocks(section: str, language: str) -> list[str]:
    """Return the fenced blocks of a section in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", SECTIONS[section], re.MULTILINE | re.DOTALL)


def by_hand(section: str) -> Mapping[str, int]:
    """Return how many lines a section writes or changes by hand, by file."""
    files = [re.findall(r"^\+\+\+ b/(.*)$", diff, re.MULTILINE) for diff in blocks(section, "diff")]
    lines = [len(re.findall(r"^[+-](?!\+\+ |-- )", diff, re.MULTILINE)) for diff in blocks(section, "diff")]
    return {name: count for [name], count in zip(files, lines, strict=True)}


@dataclass
class Copy:
    """A copy of the repository with the platform's data beside it."""

    folder: Path

    @property
    def root(self) -> Path:
        return self.folder / "repository"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def follow(self, section: str) -> None:
        """Apply the diffs of a section, then run its commands."""
        for diff in blocks(section, "diff"):
            self.run(["git", "apply", "-"], diff)
        for command in "".join(blocks(section, "sh")).splitlines():
            # The environment is that of the tests, up to date or not.
            self.run(["sh", "-c", command.replace("make ", "make --old-file=.venv/run.stamp ")])

    def run(self, command: list[str], text: str = "") -> None:
        """Run a command in the copy, whose package comes first; a failure shows its output."""
        shop = SMALL_SHOP | {"DBT_PARSED_DIR": "", "DATA_DIR": str(self.data), "PYTHONPATH": str(self.root)}
        done = subprocess.run(
            command, cwd=self.root, env=os.environ | shop, input=text, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}:\n{done.stdout}\n{done.stderr}"

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query to the copy's warehouse."""
        with duckdb.connect(str(self.data / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """Give a copy of the repository in which the page's first three sections are followed, with one day built."""
    copy = Copy(tmp_path_factory.mktemp("extended"))
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, tracked.stdout.split("\0")):
        (copy.root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(PROJECT_ROOT / name, copy.root / name)
    (copy.root / ".venv").symlink_to(sys.prefix)
    try:
        for section in (COLUMN, EVENT_TABLE, MART):
            copy.follow(section)
        yield copy
    finally:
        copy.run([".venv/bin/ecommerce-pipeline", "stop"])


@pytest.fixture(scope="module")
def third(extended: Copy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[psycopg.Connection[Any]]:
    """Give the third warehouse, with the day built in it too."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("warehouse"))
    try:
        login = server.ensure()
        address = Address(login.host, login.port, login.database, login.user, login.password, LOCAL)
        with pytest.MonkeyPatch.context() as patch:
            for name in ("host", "port", "database", "user", "password"):
                patch.setenv(f"WAREHOUSE_{name.upper()}", str(getattr(login, name)))
            extended.follow(WAREHOUSE)
            extended.run([".venv/bin/ruff", "check", "."])
        with psycopg.connect(address.conninfo) as connection:
            yield connection
    finally:
        server.destroy()


def test_the_page_keeps_its_promises_of_what_is_written_by_hand() -> None:
    assert by_hand(COLUMN) == {"ecommerce_pipeline/schema/tables.py": 1}
    assert len(by_hand(EVENT_TABLE)) <= 5
    assert sum(by_hand(EVENT_TABLE).values()) <= 60
    assert len(by_hand(MART)) <= 5
    folder = "ecommerce_pipeline/resources/warehouse/postgres/"
    outside = {name for name in by_hand(WAREHOUSE) if not name.startswith(folder)}
    assert outside == {
        "ecommerce_dbt/profiles.yml",
        "ecommerce_dbt/macros/warehouses/postgres.sql",
        "ecommerce_pipeline/targets/postgresql.py",
        "ecommerce_pipeline/settings/platform.py",
    }
    one_line_changed = 2
    assert by_hand(WAREHOUSE)["ecommerce_pipeline/settings/platform.py"] == one_line_changed


def test_a_new_column_reaches_every_table_that_has_the_rows(extended: Copy) -> None:
    tables = extended.query(
        "SELECT schema_name, table_name FROM duckdb_columns() WHERE column_name = 'gift_note' ORDER BY ALL"
    )
    assert tables == [("core", "quarantine_transactions"), ("core", "stg_transactions"), ("staging", "transactions")]
    [(rows, notes)] = extended.query("SELECT count(*), count(gift_note) FROM core.stg_transactions")
    assert rows > 0
    assert notes == 0


def test_the_rows_of_a_new_event_table_are_validated_quarantined_and_reconciled(extended: Copy) -> None:
    [(staged,)] = extended.query("SELECT count(*) FROM staging.wishlist_adds")
    [(valid,)] = extended.query("SELECT count(*) FROM core.stg_wishlist_adds")
    [(broken,)] = extended.query("SELECT count(*) FROM core.quarantine_wishlist_adds")
    assert min(valid, broken) > 0
    [counted] = extended.query(
        "SELECT rows_source, rows_lake, rows_in, rows_valid, rows_quarantined, rows_valid + rows_quarantined + "
        "rows_duplicate FROM datamart.marts_data_quality WHERE table_name = 'wishlist_adds' "
        "AND business_date = DATE '2026-03-08'"
    )
    assert counted == (staged, staged, staged, valid, broken, staged)


def test_a_new_mart_and_its_chart_show_the_rows(extended: Copy) -> None:
    [(wishes,)] = extended.query("SELECT sum(wishes) FROM datamart.marts_wishlist_daily")
    [(valid,)] = extended.query("SELECT count(*) FROM core.stg_wishlist_adds")
    assert wishes == valid
    with (
        launch_browser() as browser,
        open_page(browser, address_of(extended.data / "dashboard" / DASHBOARD_PAGE)) as visit,
    ):
        shown = visit.table("wishes")
        assert visit.console_output == []
    assert sum(row["Wishes"] for row in shown) == wishes


def test_a_third_warehouse_has_the_same_rows_as_the_first(extended: Copy, third: psycopg.Connection[Any]) -> None:
    columns = dict(
        extended.query(
            "SELECT schema_name || '.' || table_name, string_agg(column_name, ', ') FROM duckdb_columns() "
            "WHERE NOT internal GROUP BY ALL"
        )
    )
    tables = third.execute(
        "SELECT schemaname || '.' || tablename FROM pg_tables "
        "WHERE schemaname <> ALL ('{pg_catalog,information_schema}')"
    ).fetchall()
    assert sorted(name for (name,) in tables) == sorted(columns)
    for table, names in columns.items():
        query = f"SELECT {names} FROM {table}"
        assert in_order(third.execute(query.encode()).fetchall()) == in_order(extended.query(query)), table


def in_order(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    return sorted(([comparable(value) for value in row] for row in rows), key=repr)


def test_the_unit_test_of_the_new_rule_holds_in_a_dbt_run_by_hand_which_finds_the_warehouse(extended: Copy) -> None:
    parsed = next((extended.data / "dbt").rglob("partial_parse.msgpack")).parent
    unit_test = "dbt test --select quarantine_wishlist_adds,test_type:unit"
    extended.run(["sh", "-c", f"cd ecommerce_dbt && ../.venv/bin/{unit_test} --target-path '{parsed}'"])
