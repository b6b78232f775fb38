"""The ledger, compared with sums over the delivered rows, computed here in plain Python decimals."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.schema.tables import EVENTS
from ecommerce_pipeline.synthetic import ShopSettings, Totals, ledger
from ecommerce_pipeline_tests.synthetic.support import DAYS, SMALL, Month, Row, day_of, key_of

WINDOWS = [
    DAYS,
    Window(date(2026, 3, 1), date(2026, 3, 8)),
    Window.of_day(date(2026, 3, 6)),
    Window(SMALL.start_date, SMALL.start_date + timedelta(days=2)),
]


def delivered(month: Month, table: str, window: Window) -> dict[int, Row]:
    return {row[key_of(table)]: row for row in month.unbroken(table) if day_of(row["recorded_at"]) in window}


def cents(amount: Decimal) -> int:
    assert amount == amount.quantize(Decimal("0.01"))
    return int(amount * 100)


def sums(month: Month, window: Window) -> tuple[dict[tuple[object, ...], Totals], dict[date, int]]:
    there = {table: delivered(month, table, window) for table in EVENTS}
    units: dict[int, int] = defaultdict(int)
    for line in there["transaction_items"].values():
        units[line["transaction_id"]] += line["quantity"]
    paid = {row["transaction_id"] for row in there["payment_attempts"].values() if row["status"] == "approved"}
    found: dict[tuple[object, ...], Totals] = defaultdict(Totals)
    unpaid: dict[date, int] = defaultdict(int)

    def book(row: Row, totals: Totals) -> None:
        day = day_of(row["created_at"])
        cells = [("day", day), ("channel", day, row["channel"]), ("method", day, row["payment_method_id"])]
        for cell in [*cells, *([("store", day, row["store_id"])] if row["store_id"] else [])]:
            found[cell] += totals

    for key, row in there["transactions"].items():
        if key not in paid:
            unpaid[day_of(row["created_at"])] += 1
            continue
        amounts = [cents(row[name]) for name in ("gross_amount", "discount_amount", "shipping_amount")]
        book(row, Totals(1, units[key], *amounts))
    for row in there["refunds"].values():
        book(row, Totals(refund_cents=cents(row["amount"])))
    return found, unpaid


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_the_ledger_is_what_the_delivered_rows_add_up_to(month: Month, window: Window) -> None:
    truth = ledger(SMALL, window)
    found, unpaid = sums(month, window)
    cells: dict[tuple[object, ...], Totals] = {("day", day): totals for day, totals in truth.by_day.items()}
    cells |= {("channel", *cell): totals for cell, totals in truth.by_channel.items()}
    cells |= {("store", *cell): totals for cell, totals in truth.by_store.items()}
    cells |= {("method", *cell): totals for cell, totals in truth.by_payment_method.items()}
    assert {cell: totals for cell, totals in cells.items() if totals != Totals()} == dict(found)
    assert {day: number for day, number in truth.unpaid_orders.items() if number} == dict(unpaid)
    assert truth.total.orders > 0


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_the_ledger_counts_every_valid_key_once_on_its_happened_day(month: Month, window: Window) -> None:
    found: dict[tuple[str, date], int] = defaultdict(int)
    for table in EVENTS:
        for row in delivered(month, table, window).values():
            found[table, day_of(row["created_at"])] += 1
    assert {cell: number for cell, number in ledger(SMALL, window).clean_rows.items() if number} == dict(found)


def test_the_ledgers_days_reach_back_by_the_lateness_but_not_before_the_first_day() -> None:
    middle = ledger(SMALL, Window(date(2026, 3, 1), date(2026, 3, 3)))
    assert list(middle.by_day) == list(Window(date(2026, 2, 26), date(2026, 3, 3)).days())
    first = ledger(SMALL, Window.of_day(SMALL.start_date))
    assert list(first.by_day) == [SMALL.start_date]


def test_channels_stores_and_methods_each_add_up_to_the_day() -> None:
    truth = ledger(SMALL, Window(date(2026, 3, 1), date(2026, 3, 5)))
    for day, totals in truth.by_day.items():
        in_stores = sum((each for (of, _), each in truth.by_store.items() if of == day), Totals())
        for cells in (truth.by_channel, truth.by_payment_method):
            assert sum((each for (of, _), each in cells.items() if of == day), Totals()) == totals
        assert in_stores == truth.by_channel.get((day, "store"), Totals())
        assert totals.net_cents == totals.gross_cents - totals.discount_cents - totals.refund_cents


def test_the_ledger_holds_pythons_whole_numbers() -> None:
    truth = ledger(SMALL, Window.of_day(date(2026, 3, 1)))
    assert all(type(value) is int for totals in truth.by_channel.values() for value in vars(totals).values())
    assert all(type(number) is int for number in [*truth.clean_rows.values(), *truth.unpaid_orders.values()])


def test_defects_do_not_touch_the_truth() -> None:
    """With the same seed, a shop without broken rows has the same ledger."""
    window = Window(date(2026, 3, 1), date(2026, 3, 3))
    assert ledger(ShopSettings(broken_rate=0), window) == ledger(ShopSettings(broken_rate=0.3), window)


def test_a_day_is_a_utc_day() -> None:
    assert day_of(datetime.fromisoformat("2026-03-01T23:30:00-02:00")) == date(2026, 3, 2)
