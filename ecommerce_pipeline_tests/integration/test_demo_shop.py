"""A shop in an application's own tables, read through its pack: the figures are those of the ledger of its orders."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import pytest

from ecommerce_pipeline.assets.stamps import shop_settings
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.schema.keys import use_keys
from ecommerce_pipeline.synthetic import ledger
from ecommerce_pipeline_tests.support.platform import Platform

DAYS = Days.of_keys("2026-03-04", "2026-03-08")
COLUMNS = ("orders_placed", "orders_sold", "orders_cancelled", "gross_amount", "discount_amount", "refund_amount")


@pytest.fixture
def shop(new_platform: Callable[..., Platform]) -> Iterator[Platform]:
    # An order that is made smaller after it was paid gets money back that no refund of goods is.
    yield new_platform(
        "medusa",
        SOURCE="external",
        SHOP_MAPPING="medusa",
        KEY_TYPE="text",
        CHANGE_RATE="0",
        # All orders of these days' refunds are there: Medusa has no refund without a payment.
        START_DATE=str(DAYS.first),
        END_DATE=str(DAYS.last),
    )
    use_keys("integer")


def test_a_shop_in_medusa_s_tables_has_the_figures_of_its_ledger(shop: Platform) -> None:
    filled = shop.command("demo-shop", "medusa")
    assert filled.returncode == 0, filled.stderr
    assert "2026-03-04 to 2026-03-08 of a shop in the tables of medusa" in filled.stdout
    assert "has the tables of medusa already" in shop.command("demo-shop", "medusa").stdout

    called = shop.command("run", "--from", str(DAYS.first), "--to", str(DAYS.last))
    assert called.returncode == 0, called.stderr
    truth = ledger(shop_settings(shop.settings), DAYS, as_of=DAYS.last)
    expected = {
        day: (
            totals.orders_placed,
            totals.orders_sold,
            totals.orders_cancelled,
            *(Decimal(cents) / 100 for cents in (totals.gross_cents, totals.discount_cents, totals.refund_cents)),
        )
        for day, totals in truth.by_day.items()
    }
    rows = shop.query(f"SELECT business_date, {', '.join(COLUMNS)} FROM datamart.marts_sales_daily")
    assert {day: tuple(figures) for day, *figures in rows} == expected
    [(sold,)] = shop.query("SELECT count(*) FROM core.fact_order WHERE is_sold AND transaction_id LIKE 'order_%'")
    assert sold == truth.total.orders_sold
    checked = shop.command("map", "--check", "--day", str(date(2026, 3, 7)))
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_demo_that_is_not_there_and_another_s_database_are_refused(shop: Platform) -> None:
    called = shop.command("demo-shop", "opencart")
    assert called.returncode == 1
    assert "demo-shop opencart: there is no such demo; there are medusa" in called.stderr
    called = shop.command("demo-shop", "medusa", POSTGRES_HOST="db.example.com")
    assert called.returncode == 1
    assert "POSTGRES_HOST=db.example.com names a database, which is left alone" in called.stderr
