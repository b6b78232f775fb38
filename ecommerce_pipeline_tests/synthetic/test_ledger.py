"""The ledger, compared with sums over the rows of the database, computed here row by row from the definitions."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from ecommerce_pipeline.partitions import Days, Window
from ecommerce_pipeline.synthetic import Ledger, ShopSettings, Totals, ledger, snapshot
from ecommerce_pipeline.synthetic.changes import MOST_DAYS_MOVED
from ecommerce_pipeline_tests.synthetic.support import DAYS, SMALL, Database, Month, Row, day_of, lived, of_day

# Far from its reference date, a shop is small.
LIVELY = ShopSettings(
    seed=11,
    start_date=date(2026, 2, 8),
    reference_date=date(2031, 3, 31),
    customers=6000,
    products=4000,
    stores=2,
    late_rate=0.1,
    change_rate=0.4,
    duplicate_rate=0,
    broken_rate=0,
    time_zone="America/New_York",
)
LIFE = Window(LIVELY.start_date, date(2026, 3, 29))
LOOKED_AT = (date(2026, 2, 9), date(2026, 3, 9), LIFE.last)
ORDERS = ("transactions", "transaction_items", "payment_attempts", "refunds")

Cell = tuple[object, ...]


def cents(amount: Decimal) -> int:
    assert amount == amount.quantize(Decimal("0.01"))
    return int(amount * 100)


def truth(rows: dict[str, list[Row]], cost: dict[tuple[int, date], int], zone: str) -> dict[Cell, Totals]:
    """Return the totals of all business days of these valid rows, each there once."""
    found: dict[Cell, Totals] = defaultdict(Totals)

    def book(row: Row, totals: Totals) -> None:
        day = day_of(row["created_at"], zone)
        cells = [("day", day), ("channel", day, row["channel"]), ("method", day, row["payment_method_id"])]
        for cell in [*cells, *([("store", day, row["store_id"])] if row["store_id"] else [])]:
            found[cell] += totals

    lines, captured = defaultdict(list), defaultdict(int)
    for line in rows["transaction_items"]:
        lines[line["transaction_id"]].append(line)
    for attempt in rows["payment_attempts"]:
        if attempt["status"] == "approved":
            captured[attempt["transaction_id"]] += cents(attempt["amount"])
    sold = set()
    for order in rows["transactions"]:
        key, day = order["transaction_id"], day_of(order["created_at"], zone)
        total, paid = cents(order["total_amount"]), captured[key]
        book(order, Totals(orders_placed=1))
        if order["cancelled_at"] is not None:
            book(order, Totals(orders_cancelled=1))
        elif paid >= total:
            sold.add(key)
            units = sum(line["quantity"] for line in lines[key])
            cost_cents = sum(line["quantity"] * cost[line["product_id"], day] for line in lines[key])
            amounts = (cents(order[f"{name}_amount"]) for name in ("gross", "discount", "shipping"))
            book(order, Totals(0, 1, 0, 0, 0, units, *amounts, cost_cents))
        elif paid > 0:
            book(order, Totals(orders_part_paid=1))
        else:
            book(order, Totals(orders_unpaid=1))
    known = {order["transaction_id"] for order in rows["transactions"]}
    for refund in rows["refunds"]:
        if refund["transaction_id"] in sold or refund["transaction_id"] not in known:
            book(refund, Totals(refund_cents=cents(refund["goods_amount"])))
    return dict(found)


def costs(settings: ShopSettings, days: Window) -> dict[tuple[int, date], int]:
    """Return what each product cost at the end of each day; before its launch and after its deletion, as then."""
    found: dict[tuple[int, date], int] = {}
    last: dict[int, int] = {}
    for day in days.days():
        rows = snapshot(settings, "products", day).select(["product_id", "unit_cost"])
        last |= {key: cents(cost) for key, cost in zip(*rows.to_pydict().values(), strict=True)}
        for product, cost in last.items():
            found[product, day] = cost
            for back in range(1, MOST_DAYS_MOVED + 1):
                found.setdefault((product, day - timedelta(days=back)), cost)
    return found


def cells_of(found: Ledger) -> dict[Cell, Totals]:
    cells: dict[Cell, Totals] = {("day", day): totals for day, totals in found.by_day.items()}
    cells |= {("channel", *cell): totals for cell, totals in found.by_channel.items()}
    cells |= {("store", *cell): totals for cell, totals in found.by_store.items()}
    cells |= {("method", *cell): totals for cell, totals in found.by_payment_method.items()}
    return {cell: totals for cell, totals in cells.items() if totals != Totals()}


def test_the_ledger_is_what_the_valid_rows_of_a_month_with_defects_add_up_to(month: Month) -> None:
    rows = {table: [*month.valid(table).values()] for table in ORDERS}
    found = ledger(SMALL, Days((DAYS,)), DAYS.last)
    assert cells_of(found) == truth(rows, costs(SMALL, DAYS), "UTC")
    assert found.total.orders_sold > 10_000


def test_the_ledger_of_a_lively_shop_is_true_at_the_end_of_any_day_of_its_life() -> None:
    """Edits, cancellations, slow and part payments, moves and deletions; an hour is skipped on 8 March."""
    database, cost, kinds = Database(), costs(LIVELY, LIFE), Totals()
    for today in LIFE.days():
        for table in ORDERS:
            database.apply(table, *of_day(LIVELY, table, today))
        if today in LOOKED_AT:
            found = ledger(LIVELY, Days((LIFE,)), today)
            assert cells_of(found) == truth({table: database.rows(table) for table in ORDERS}, cost, LIVELY.time_zone)
            kinds += found.total
    assert all(number > 10 for number in vars(kinds).values()), kinds


def test_of_a_life_that_was_written_from_a_later_day_on_earlier_orders_are_unknown() -> None:
    """Their later payments and refunds are there, but what came before is not: all their refunds count."""
    since = date(2026, 2, 20)
    database = lived(LIVELY, Window(since, LIFE.end).days(), ORDERS)
    rows = {table: database.rows(table) for table in ORDERS}
    unknown = [row for row in rows["transactions"] if day_of(row["created_at"], LIVELY.time_zone) < since]
    rows["transactions"] = [row for row in rows["transactions"] if row not in unknown]
    exact = Days((Window(since + timedelta(days=MOST_DAYS_MOVED), LIFE.end),))
    found = truth(rows, costs(LIVELY, LIFE), LIVELY.time_zone)
    assert cells_of(ledger(LIVELY, exact, LIFE.last, since)) == {
        cell: totals for cell, totals in found.items() if cell[1] in exact
    }
    assert len(unknown) > 100
    refunded = {row["transaction_id"] for row in rows["refunds"]}
    assert any(row["transaction_id"] in refunded for row in unknown)


def test_days_that_need_not_lie_together_have_the_totals_that_they_have_in_the_whole() -> None:
    some = Days.of([date(2026, 2, 20), date(2026, 2, 22), date(2026, 3, 9)])
    whole, part = (ledger(SMALL, days, DAYS.last) for days in (Days((DAYS,)), some))
    assert list(part.by_day) == list(some)
    assert cells_of(part) == {cell: totals for cell, totals in cells_of(whole).items() if cell[1] in some}


def test_a_day_has_no_totals_before_it_comes_and_others_once_its_orders_live_on() -> None:
    day = date(2026, 3, 1)
    of = [ledger(SMALL, Days.of_day(day), day + timedelta(days=days)).total for days in (-1, 0, 1, 40, 60, 61)]
    assert of[0] == Totals()
    assert all(first != second for first, second in pairwise(of[:4]))
    assert of[4] == of[5]


def test_channels_stores_and_methods_each_add_up_to_the_day() -> None:
    found = ledger(SMALL, Days.of_keys("2026-03-01", "2026-03-04"), DAYS.last)
    for day, totals in found.by_day.items():
        in_stores = sum((each for (of, _), each in found.by_store.items() if of == day), Totals())
        for cells in (found.by_channel, found.by_payment_method):
            assert sum((each for (of, _), each in cells.items() if of == day), Totals()) == totals
        assert in_stores == found.by_channel.get((day, "store"), Totals())
        assert totals.net_cents == totals.gross_cents - totals.discount_cents - totals.refund_cents
        states = totals.orders_sold + totals.orders_cancelled + totals.orders_part_paid + totals.orders_unpaid
        assert totals.orders_placed == states


def test_the_ledger_holds_pythons_whole_numbers() -> None:
    found = ledger(SMALL, Days.of_day(date(2026, 3, 1)), DAYS.last)
    assert all(type(value) is int for totals in found.by_channel.values() for value in vars(totals).values())


def test_defects_do_not_touch_the_truth() -> None:
    """With the same seed, a shop without broken rows and copies has the same ledger."""
    days = Days.of_keys("2026-03-01", "2026-03-02")
    few, many = (replace(SMALL, broken_rate=rate, duplicate_rate=rate) for rate in (0.0, 0.3))
    assert ledger(few, days, DAYS.last) == ledger(many, days, DAYS.last)
