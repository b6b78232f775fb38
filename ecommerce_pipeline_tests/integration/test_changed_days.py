"""Changed days on the command line and in the UI: which, why, and that one command builds them."""

import json
from collections.abc import Iterator
from contextlib import closing

import pytest
from dagster import AssetKey, AssetRecordsFilter

from ecommerce_pipeline_tests.support.platform import Platform

FIRST, LAST = "2026-03-06", "2026-03-08"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with closing(Platform(tmp_path_factory.mktemp("changed"))) as platform:
        platform.run(FIRST, LAST)
        yield platform


def edit(platform: Platform, day: str) -> None:
    """Change an order of a day, as the shop's application does."""
    with platform.source() as connection:
        connection.execute(
            "UPDATE ecommerce.transactions SET cancelled_at = now(), updated_at = now() WHERE transaction_id = "
            "(SELECT min(transaction_id) FROM ecommerce.transactions "
            f"WHERE created_at >= '{day}' AND created_at < date '{day}' + 1 AND cancelled_at IS NULL)"
        )


def test_changes_lists_the_days_with_tables_and_reasons_and_run_changed_builds_them(platform: Platform) -> None:
    assert platform.command("changes").stdout.strip() == "no day has changed since it was loaded"
    edit(platform, FIRST)
    edit(platform, LAST)
    called = platform.command("changes", "--json")
    assert called.returncode == 0, called.stderr
    found = json.loads(called.stdout)
    orders = [change for change in found["changes"] if change["table"] == "transactions"]
    assert orders == [
        {"day": day, "table": "transactions", "rows": 1, "reason": "1 row changed"} for day in (FIRST, LAST)
    ]
    recorded = platform.instance.fetch_materializations(
        AssetRecordsFilter(AssetKey(["source", "changes"]), asset_partitions=[FIRST]), limit=1
    ).records[0]
    assert recorded.asset_materialization is not None
    metadata = recorded.asset_materialization.metadata
    assert "| transactions | 1 | 1 row changed |" in str(metadata["changes"].value)

    called = platform.command("run", "--changed")
    assert called.returncode == 0, called.stderr
    *_, orders_line, quarantined, _, still = [
        line for line in called.stdout.splitlines() if line.startswith(LAST_LINES)
    ]
    assert "placed" in orders_line
    assert "sold" in orders_line
    assert "cancelled" in orders_line
    [(broken,)] = platform.query("SELECT count(*) FROM core.quarantine_transactions")
    assert f"{broken:,} of transactions" in quarantined
    assert still == "Days still known as changed: none."
    assert platform.command("changes").stdout.strip() == "no day has changed since it was loaded"
    assert (
        platform.command("run", "--changed").stdout.strip()
        == "no day has changed since it was loaded: nothing to build"
    )


LAST_LINES = ("Revenue", "Quarantined rows", "Dashboard", "Days still")


def test_days_with_too_many_rows_in_quarantine_fail_the_run_with_the_first_reasons(platform: Platform) -> None:
    called = platform.command("run", "--from", FIRST, "--to", FIRST, "--job", "transform", QUARANTINE_PERCENT="0.5")
    assert called.returncode == 1
    assert "too many rows are in quarantine: " in called.stderr
    assert FIRST in called.stderr
    assert "or set QUARANTINE_PERCENT (now 0.5)" in called.stderr
    assert "Traceback" not in called.stderr + called.stdout
