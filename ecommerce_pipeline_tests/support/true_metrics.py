"""The truth of every metric by day, in whole units and cents: from the lives of the shop's orders, never by SQL."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from ecommerce_pipeline.metrics.definitions import Metric
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.synthetic import ShopSettings, ledger, marketing, state
from ecommerce_pipeline.synthetic.arrow_columns import to_arrow
from ecommerce_pipeline.synthetic.changes import MOST_DAYS_MOVED
from ecommerce_pipeline.synthetic.clock import day_number
from ecommerce_pipeline.synthetic.life import LONGEST_LIFE, life_of
from ecommerce_pipeline.synthetic.order_rows import attempts_of, headers_of, sold_since
from ecommerce_pipeline.synthetic.sales import sales
from ecommerce_pipeline.synthetic.sales_ledger import unit_economics
from ecommerce_pipeline_tests.support.metrics import Values, computed

Sums = defaultdict[date, Counter[str]]
"""The sums of simple metrics by business day."""

_OF_LEDGER = {
    **{f"orders_{state}": f"orders_{state}" for state in ("placed", "sold", "cancelled", "part_paid", "unpaid")},
    "units": "units",
    **{f"{name}_amount": f"{name}_cents" for name in ("gross", "discount", "refund", "shipping")},
    "net_revenue": "net_cents",
}
_OF_UNIT_ECONOMICS = {
    **{name: name for name in ("units_returned", "units_without_cost", "units_at_earliest_cost")},
    "payment_fee_amount": "fee_cents",
    "cost_amount": "cost_cents",
    "margin": "margin_cents",
    "net_revenue_with_cost": "net_cents_with_cost",
    "sales_margin_amount": "margin_cents",
    "sales_with_cost_amount": "net_cents_with_cost",
}
_OF_SALES = _OF_LEDGER.keys() | _OF_UNIT_ECONOMICS.keys()
_OF_MARKETING = {
    "sessions": "sessions",
    "ad_cost_amount": "cost_cents",
    "clicks": "clicks",
    "impressions": "impressions",
    "customers_acquired": "orders_new",
    "attributed_sales_amount": "amount_cents",
}


def true_metrics(metrics: Mapping[str, Metric], shop: ShopSettings, loaded: Days, days: Days) -> dict[str, Values]:
    """Return the values that the metrics must have on some days.

    Args:
        metrics: Their definitions.
        shop: The shop's settings.
        loaded: The days that a warehouse has loaded in one run, at the end of the last of them.
        days: Those of them to return. Unless the shop begins with them, the first `MOST_DAYS_MOVED` are not exact.
    """
    sums: Sums = defaultdict(Counter)
    _add_ledger(sums, shop, loaded, days)
    _add_marketing(sums, shop, loaded, days)
    _add_unit_economics(sums, shop, loaded)
    orders = list(_orders(shop, loaded))
    _add_buyers(sums, orders)
    _add_visits(sums, shop, loaded, days, orders)
    attempts = _attempts_for_unknown(shop, loaded)
    for day in days:
        attempts[day] += state(shop, "payment_attempts", day, loaded.last, defects=False).to_pylist()
        _add_attempts(sums[day], attempts[day])
        ratings = state(shop, "reviews", day, loaded.last, defects=False).column("rating").to_pylist()
        sums[day].update(reviews=len(ratings), rating_sum=sum(ratings))
    known = {name for name, metric in metrics.items() if metric.expression == name or name in _OF_SALES}
    units = {name: 100 if metrics[name].unit == "amount" else 1 for name in known}
    exact = {day: {name: Decimal(sums[day][name]) / unit for name, unit in units.items()} for day in days}
    return {
        name: {day: exact[day][name] if name in known else computed(metric, exact[day]) for day in days}
        for name, metric in metrics.items()
    }


def _add_ledger(sums: Sums, shop: ShopSettings, loaded: Days, days: Days) -> None:
    for day, totals in ledger(shop, days, as_of=loaded.last, since=loaded.first).by_day.items():
        sums[day].update({metric: getattr(totals, name) for metric, name in _OF_LEDGER.items()})


def _add_marketing(sums: Sums, shop: ShopSettings, loaded: Days, days: Days) -> None:
    for cell, totals in marketing(shop, days, as_of=loaded.last, since=loaded.first).items():
        sums[cell.day].update({metric: getattr(totals, name) for metric, name in _OF_MARKETING.items()})


def _add_unit_economics(sums: Sums, shop: ShopSettings, loaded: Days) -> None:
    """Add what products cost by the versions that are there at the end of the last day."""
    known = sales(shop, loaded, loaded.last, read_on=[loaded.last], since=loaded.first)
    for (day, *_), totals in unit_economics(known).items():
        sums[day].update({metric: totals[name] for metric, name in _OF_UNIT_ECONOMICS.items()})
    for back in known.returned:
        # The ledger's margin is after refunds: this one is of what was sold.
        cents = 0 if back.cost.cents is None else back.refund_cents
        sums[back.day].update(
            refunds=1, refund_with_cost_amount=cents, sales_margin_amount=cents, sales_with_cost_amount=cents
        )


class _Order(NamedTuple):
    """An order that is there: when it was placed, its number, business day, customer, 0 for a guest, and visit."""

    created_at: int
    number: int
    day: date
    customer: int
    session: int
    is_sold: bool
    is_open: bool
    net_cents: int


def _orders(shop: ShopSettings, loaded: Days) -> Iterator[_Order]:
    begun = max(shop.start_date, loaded.first - timedelta(days=MOST_DAYS_MOVED))
    for back in range((loaded.last - begun).days, -1, -1):
        day = loaded.last - timedelta(days=back)
        life, age, unwritten = life_of(shop, day), min(back, LONGEST_LIFE), (loaded.first - day).days
        headers, sold = headers_of(life), sold_since(life, age, unwritten)
        which = headers.present(age)
        which = which[headers.written(unwritten, age)[which] & (life.moved_by(which, age) >= unwritten)]
        net = life.amount("gross_amount", which, age) - life.amount("discount_amount", which, age)
        rows = headers.at(which, age)
        columns = [rows[name].tolist() for name in ("created_at", "transaction_id", "customer_id", "session_id")]
        moved = (headers.business_day(which, age) - day_number(day)).tolist()
        is_open = (~sold[which] & ~life.cancelled(which, age)).tolist()
        flags = zip(moved, sold[which].tolist(), is_open, (net * np.int64(day >= loaded.first)).tolist(), strict=True)
        for placed_at, number, customer, session, (by, is_sold, is_unpaid, cents) in zip(*columns, flags, strict=True):
            yield _Order(placed_at, number, day + timedelta(days=by), customer, session, is_sold, is_unpaid, cents)


def _add_buyers(sums: Sums, orders: list[_Order]) -> None:
    known: set[int] = set()
    of_day: set[tuple[date, int]] = set()
    for order in sorted(orders):
        if order.is_open:
            sums[order.day]["unpaid_amount"] += order.net_cents
        if not order.is_sold:
            continue
        kind = "guest" if order.customer <= 0 else "returning" if order.customer in known else "new"
        sums[order.day].update({f"orders_{kind}": 1, f"amount_{kind}": order.net_cents})
        if order.customer > 0:
            known.add(order.customer)
            of_day.add((order.day, order.customer))
    for day, _ in of_day:
        sums[day]["buyers"] += 1


def _add_visits(sums: Sums, shop: ShopSettings, loaded: Days, days: Days, orders: list[_Order]) -> None:
    led_to_order = {order.session for order in orders}
    led_to_sale = {order.session for order in orders if order.is_sold}
    for day in days:
        for visit in state(shop, "sessions", day, loaded.last, defects=False).to_pylist():
            sums[day].update(
                sessions_with_product_view=int(visit["product_views"] > 0),
                sessions_with_cart=int(visit["cart_adds"] > 0),
                sessions_with_checkout=int(visit["checkout_started"]),
                sessions_with_order=int(visit["session_id"] in led_to_order),
                sessions_with_sold_order=int(visit["session_id"] in led_to_sale),
            )


def _attempts_for_unknown(shop: ShopSettings, loaded: Days) -> defaultdict[date, list[dict[str, Any]]]:
    """Return the attempts to pay orders that the shop's database does not have, such as a difference: on their own day.

    These are orders from before the first day that was written, which have not changed since.
    """
    found: defaultdict[date, list[dict[str, Any]]] = defaultdict(list)
    for unwritten in range(1, LONGEST_LIFE + 1):
        day = loaded.first - timedelta(days=unwritten)
        if day >= shop.start_date:
            life, age = life_of(shop, day), min((loaded.last - day).days, LONGEST_LIFE)
            headers, history = headers_of(life), attempts_of(life)
            known = set(headers.keys[headers.written(unwritten, age)].tolist())
            which = history.present(age)
            rows = history.at(which[history.written(unwritten, age)[which]], age)
            for one in to_arrow("payment_attempts", rows).to_pylist():
                if one["transaction_id"] not in known:
                    found[one["created_at"].astimezone(ZoneInfo(shop.time_zone)).date()].append(one)
    return found


def _add_attempts(sums: Counter[str], attempts: list[dict[str, Any]]) -> None:
    failed: set[int] = set()
    for one in sorted(attempts, key=lambda one: (one["attempt_number"], one["created_at"], one["payment_attempt_id"])):
        is_approved, is_retry = one["status"] == "approved", one["transaction_id"] in failed
        is_recovery = is_approved and is_retry
        sums.update(attempts=1, attempts_approved=int(is_approved), retries=int(is_retry), recoveries=int(is_recovery))
        sums["recovered_amount"] += int(one["amount"] * 100) if is_recovery else 0
        if one["status"] in {"declined", "error"}:
            failed.add(one["transaction_id"])
