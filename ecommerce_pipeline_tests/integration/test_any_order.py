"""The central guarantee: after a look for all changed days and their run, the warehouse is as one built at once.

The shop lives: orders are edited, moved, cancelled, paid late and deleted, rows are committed late, customers and
products vanish. Its days of life are written in a random order; what has changed is run in between, and killed.

LIVES sets the number of random lives, LIFE the seed of the first.
"""

import os
import random
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal

import pytest
from dagster import AssetKey

from ecommerce_pipeline.assets.stamps import shop_settings
from ecommerce_pipeline.execution.run_days import run_days
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.dbt.project import DBT_DIR
from ecommerce_pipeline.schema.tables import STAGING
from ecommerce_pipeline.synthetic import Totals, ledger
from ecommerce_pipeline_tests.chaos.faults import Victim, kill_the_run
from ecommerce_pipeline_tests.support.lives import built_at_once, comparable_rows, delete_a_tenth
from ecommerce_pipeline_tests.support.platform import Platform

ALL_TABLES = len(STAGING) + len([*(DBT_DIR / "models").rglob("*.sql"), *(DBT_DIR / "seeds").glob("*.csv")])
DAYS = [f"2026-03-0{day}" for day in range(2, 9)]
WEEK = Days.of_keys(DAYS[0], DAYS[-1])
FIRST = int(os.environ.get("LIFE", "42"))
LIVES = range(FIRST, FIRST + int(os.environ.get("LIVES", "1")))
LONGEST_RUN = 20.0
MEMBERS = {-1, -2}
"""Keys of the members that stand for a guest and for anything unknown."""
MEASURES = ["orders_sold", "gross_amount", "discount_amount", "refund_amount", "shipping_amount"]


@pytest.fixture(scope="module", params=LIVES, ids="life {}".format)
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Yield a platform after a random life; every day was run since customers and products vanished."""
    chance = random.Random(request.param)
    folder = tmp_path_factory.mktemp("lived")
    with closing(Platform(folder, {"SEED": str(request.param), "START_DATE": DAYS[0]})) as platform:
        order = chance.sample(DAYS, len(DAYS))
        killed = chance.randrange(1, 3)
        for number, (start, end) in enumerate(((0, 3), (3, 5), (5, 7))):
            platform.run(", ".join(sorted(order[start:end])), job="ingest")
            if number == killed:
                kill_the_run(Victim(platform, DAYS, None, chance, LONGEST_RUN))
            elif number < 2:
                platform.run_changed()
        delete_a_tenth(platform, chance)
        run = set(platform.run_changed(and_days=", ".join(sorted(chance.sample(DAYS, 3)))) or ())
        run |= set(platform.run_changed(exact=True) or ())
        if rest := set(WEEK) - run:
            platform.run_changed(and_days=str(Days.of(rest)))
        yield platform


def test_after_any_life_the_warehouse_is_as_built_at_once(
    lived: Platform, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lived.changes(exact=True) == [], "nothing is left to build"
    at_once = built_at_once(lived, tmp_path_factory.mktemp("at_once"), monkeypatch)
    with closing(at_once):
        found, expected = comparable_rows(lived), comparable_rows(at_once)
    assert len(found) == ALL_TABLES
    assert found.keys() == expected.keys()
    for name, rows in expected.items():
        assert found[name] == rows, name


def test_after_any_life_the_marts_equal_the_ledger(lived: Platform) -> None:
    truth = ledger(shop_settings(lived.settings), WEEK, as_of=WEEK.last)
    for mart, cell, cells in (
        ("marts_sales_daily", "business_date", {(day,): totals for day, totals in truth.by_day.items()}),
        ("marts_channel_store_daily", "business_date, channel", truth.by_channel),
        ("marts_payment_transaction_summary", "business_date, payment_method_id", truth.by_payment_method),
    ):
        keys = cell.count(",") + 1
        sums = ", ".join(f"sum({name})" for name in MEASURES)
        rows = lived.query(f"SELECT {cell}, {sums} FROM datamart.{mart} GROUP BY ALL")
        found = {row[:keys]: row[keys:] for row in rows if any(row[keys:])}
        expected = {key: amounts(totals) for key, totals in cells.items()}
        assert found == {key: sums for key, sums in expected.items() if any(sums)}, mart


def test_members_that_the_shop_has_deleted_are_kept(lived: Platform) -> None:
    with lived.source() as connection:
        for table in ("customer", "product"):
            keys = {key for (key,) in connection.execute(f"SELECT {table}_id FROM ecommerce.{table}s").fetchall()}
            known = dict(lived.query(f"SELECT {table}_id, deleted_at IS NOT NULL FROM core.dim_{table}"))
            lost = {key for key, is_deleted in known.items() if is_deleted}
            assert len(lost) > len(keys) / 20, "most of the tenth were known"
            assert known.keys() - lost - MEMBERS == keys


def test_a_look_by_time_finds_an_edit_and_an_exact_one_a_deletion_and_its_restore(lived: Platform) -> None:
    """What `updated_at` does not tell: that a row has gone, or is back."""
    with lived.source() as connection:
        query = """
            SELECT DISTINCT ON (created_at::date) * FROM ecommerce.refunds AS one
            WHERE (SELECT count(*) FROM ecommerce.refunds AS copy WHERE copy.refund_id = one.refund_id) = 1
            ORDER BY created_at::date, refund_id
        """
        edited, deleted, *_ = connection.execute(query).fetchall()
        edit = "UPDATE ecommerce.refunds SET quantity = quantity + 1, updated_at = now() WHERE refund_id = %s"
        connection.execute(edit, edited[:1])
    [found] = lived.changes()
    assert (found.table, found.reason) == ("refunds", "1 row changed")
    with lived.source() as connection:
        connection.execute("DELETE FROM ecommerce.refunds WHERE refund_id = %s", deleted[:1])
    assert lived.changes() == [found]
    also, gone = sorted(lived.changes(exact=True), key=lambda change: "fewer" in change.reason)
    assert (also.day, gone.table) == (found.day, "refunds")
    assert "1 fewer than loaded" in gone.reason
    with lived.source() as connection:
        connection.execute("DELETE FROM ecommerce.refunds WHERE refund_id = %s", edited[:1])
        for row in (edited, deleted):
            places = ", ".join(["%s"] * len(row))
            connection.execute(f"INSERT INTO ecommerce.refunds VALUES ({places})", row)
    assert lived.changes(exact=True) == []


def test_a_day_that_was_loaded_and_not_compared_has_changed(lived: Platform) -> None:
    """A run ended between load and reconciliation; its deletion was undone, and nobody saw that staging has it."""
    refunds, day = "ecommerce.refunds", DAYS[3]
    with lived.source() as connection:
        row = connection.execute(f"DELETE FROM {refunds} WHERE created_at::date = '{day}' RETURNING *").fetchall()
    job = lived.definitions.resolve_job_def("everything")
    keys = {AssetKey([layer, "refunds"]) for layer in ("lake", "staging")}
    run_days(job.get_subset(asset_selection=keys), Days.parse(day), lived.instance, lambda _: None)
    with lived.source() as connection:
        for values in row:
            connection.execute(f"INSERT INTO {refunds} VALUES ({', '.join(['%s'] * len(values))})", values)
    for exact in (False, True):
        assert [str(change.day) for change in lived.changes(exact=exact)] == [day]


def amounts(totals: Totals) -> tuple[object, ...]:
    cents = (totals.gross_cents, totals.discount_cents, totals.refund_cents, totals.shipping_cents)
    return (totals.orders_sold, *(Decimal(amount) / 100 for amount in cents))
