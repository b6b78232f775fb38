"""A shop's database that was not made for the platform, read through views: true figures after each step of its life.

`realshop/rules.md` says what the figures mean, `realshop/truth` has them: computed from the database by other means.
"""

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from ecommerce_pipeline.assets.changes import seen
from ecommerce_pipeline_tests.support.platform import Platform

SHOP: Final = Path(__file__).parents[1] / "realshop"
STEPS: Final = sorted(path.stem for path in (SHOP / "steps").iterdir())

COUNTS: Final = ("orders_placed", "orders_sold", "orders_cancelled", "units")
AMOUNTS: Final = ("gross", "discount", "refund", "net", "shipping", "tax")

NOT_BY_TIME: Final = {
    "04_corrections": "2026-03-02",  # the test order A-1011 is deleted
    "05_late_commit_and_refunds": "2026-03-05",  # A-1025 is committed with times that were looked at before
}
"""A day with figures that changed by what `updated_at` does not tell: only `--exact` finds it."""


def truth(step: str) -> dict[str, tuple[Decimal, ...]]:
    """Return the figures in BRL after a step, by day."""
    with (SHOP / "truth" / f"{step}.csv").open(encoding="utf-8") as file:
        return {
            row["business_day"]: tuple(Decimal(row[name]) for name in (*COUNTS, *AMOUNTS))
            for row in csv.DictReader(file)
            if row["currency"] == "BRL"
        }


def figures(platform: Platform) -> dict[str, tuple[Decimal, ...]]:
    """Return the same figures from the mart, of days that have any."""
    columns = [*COUNTS, *(f"{name}_amount" for name in AMOUNTS)]
    rows = platform.query(f"SELECT business_date, {', '.join(columns)} FROM datamart.marts_sales_daily")
    found = {str(day): tuple(Decimal(str(value)) for value in values) for day, *values in rows}
    return {day: values for day, values in found.items() if any(values)}


@pytest.fixture
def shop(new_platform: Callable[..., Platform]) -> Platform:
    platform = new_platform("realshop", SOURCE="external", TIME_ZONE="America/Sao_Paulo", START_DATE="2026-02-01")
    with platform.source() as connection:
        for file in ("schema.sql", "views.sql"):
            connection.execute((SHOP / file).read_bytes())
    return platform


def test_the_figures_of_a_live_shop_are_true_after_each_step_of_its_life(shop: Platform) -> None:
    for step in STEPS:
        with shop.source() as connection:
            connection.execute((SHOP / "steps" / f"{step}.sql").read_bytes())
        if step == STEPS[0]:
            # Without dates: the newest whole days of the shop. The newest order is of 3 March in UTC.
            called = shop.command("run")
            assert "2026-02-01 to 2026-03-02 (30 days)" in called.stdout, called.stdout + called.stderr
        by_time = {str(change.day) for change in shop.changes()}
        if day := NOT_BY_TIME.get(step):
            assert day not in by_time
            assert day in {str(change.day) for change in shop.changes(exact=True)}
        shop.run_changed(exact=step in NOT_BY_TIME)
        assert figures(shop) == truth(step), step
        assert shop.changes() == []
    # The erased customer's orders and the deleted product's lines name neither any more, without a new time.
    assert {change.reason for change in shop.changes(exact=True)} == {"rows changed"}
    shop.run_changed(exact=True)
    assert figures(shop) == truth(STEPS[-1])
    assert shop.changes(exact=True) == []
    [(newest,)] = shop.query("SELECT max(updated_at) FROM staging.transactions")
    assert seen(shop.instance)["transactions"] == newest
