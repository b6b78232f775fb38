"""What was truly sold and returned, line by line in whole cents, at the end of any day of the shop's life.

`ledger` has the totals of a day; these are the parts of which `sales_ledger` makes those by category, coupon, campaign,
reason and customer. As there, all follows from the lives of the orders, in integers and without SQL.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import numpy as np

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.synthetic.aftersales import refunds_of
from ecommerce_pipeline.synthetic.arrow_columns import Rows, take
from ecommerce_pipeline.synthetic.changes import MOST_DAYS_MOVED
from ecommerce_pipeline.synthetic.dimensions import snapshot
from ecommerce_pipeline.synthetic.histories import HISTORIES
from ecommerce_pipeline.synthetic.life import LONGEST_LIFE, Life, life_of
from ecommerce_pipeline.synthetic.order_rows import headers_of
from ecommerce_pipeline.synthetic.payment_methods import METHODS
from ecommerce_pipeline.synthetic.random_streams import Ints
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings
from ecommerce_pipeline.synthetic.vocabularies import APPROVED, VOCABULARIES

NONE: Final = "none"
UNKNOWN: Final = "unknown"
_FEES: Final = np.array([0, *(method.fee for method in METHODS)], dtype=np.int64)
_HUNDRED_PERCENT: Final = 10_000


@dataclass(frozen=True)
class Deal:
    """The order of a sale or return, as far as the warehouse knows it.

    Attributes:
        day: Its business day; None if the warehouse does not have it.
        placed_at: When it was placed, in microseconds.
        channel: Its channel.
        customer: Its customer, 0 for a guest.
        coupon: Its coupon.
        campaign: Campaign of its visit.
        source: Traffic source of its visit.
    """

    day: date | None
    placed_at: int
    channel: str
    customer: int
    coupon: str
    campaign: str
    source: str


@dataclass(frozen=True)
class Cost:
    """What is known of a product at a time: its category, the cost of a unit in cents, and whether that is newer."""

    category: str = UNKNOWN
    cents: int | None = None
    is_earliest: bool = False


@dataclass(frozen=True)
class Sold:
    """A line of an order that is sold, with its share of the order's discount and payment fees."""

    day: date
    order: int
    deal: Deal
    cost: Cost
    product: int
    units: int
    gross_cents: int
    discount_cents: int
    fee_cents: int


@dataclass(frozen=True)
class Returned:
    """A refund of a line that counts."""

    day: date
    deal: Deal
    cost: Cost
    product: int
    reason: str
    units: int
    refund_cents: int


@dataclass
class Sales:
    """All that was sold and returned on some business days, and the number of visits by day, campaign and source."""

    sold: list[Sold] = field(default_factory=list)
    returned: list[Returned] = field(default_factory=list)
    visits: Counter[tuple[date, str, str]] = field(default_factory=Counter)


def sales(settings: ShopSettings, days: Days, as_of: date, read_on: Iterable[date], since: date | None = None) -> Sales:
    """Return what a warehouse must know of the sales of its business days at the end of the day `as_of` of the life.

    Args:
        settings: The shop's settings.
        days: The business days that the warehouse has; orders and visits of others are unknown.
        as_of: The last day of the life.
        read_on: The days of the life at whose ends products were read: only these versions of costs are known.
        since: The first day of the life that was written, if that is not the shop's first. Of the `MOST_DAYS_MOVED`
            days after it the sales are not exact.
    """
    found, costs = Sales(), _Costs(settings, read_on)
    first = max(settings.start_date, since or settings.start_date)
    placed = {day + timedelta(days=by) for day in days for by in range(-LONGEST_LIFE, MOST_DAYS_MOVED + 1)}
    for day in sorted(placed):
        if settings.start_date <= day <= as_of:
            life, age = life_of(settings, day), min((as_of - day).days, LONGEST_LIFE)
            visits = _visits(settings, day, age) if day in days and day >= first else {}
            known = _Known(days, costs, visits)
            found.visits.update((day, campaign, source) for campaign, source in visits.values())
            if day >= first:
                found.sold += _sold(life, age, known)
            found.returned += _returned(life, age, known, first)
    return found


class _Costs:
    """The versions of products that were seen on some days, of which the one of a time is chosen."""

    def __init__(self, settings: ShopSettings, read_on: Iterable[date]) -> None:
        self._versions: dict[int, dict[int, tuple[str, int]]] = {}
        for day in read_on:
            rows = snapshot(settings, "products", day).select(["product_id", "category", "unit_cost", "updated_at"])
            for row in rows.to_pylist():
                version = (row["category"], int(row["unit_cost"] * 100))
                self._versions.setdefault(row["product_id"], {})[_micros(row["updated_at"])] = version

    def at(self, product: int, time: int) -> Cost:
        versions = self._versions.get(product)
        if not versions:
            return Cost()
        before = [start for start in versions if start <= time]
        category, cents = versions[max(before) if before else min(versions)]
        return Cost(category, cents, is_earliest=not before)


Visits = Mapping[int, tuple[str, str]]
"""Campaign and traffic source of each visit."""


@dataclass(frozen=True)
class _Known:
    """What the warehouse has: business days, versions of products, and the visits of the day of some orders."""

    days: Days
    costs: _Costs
    visits: Visits


def _visits(settings: ShopSettings, day: date, age: int) -> Visits:
    history = HISTORIES["sessions"].history(settings, day)
    rows = history.at(history.present(age), age)
    return {
        visit: (_word("campaign", campaign), _word("traffic_source", source))
        for visit, campaign, source in _records(rows, "session_id", "campaign", "traffic_source")
    }


def _sold(life: Life, age: int, known: _Known) -> Iterator[Sold]:
    which = np.flatnonzero(life.sold(np.arange(len(life.orders.first_line), dtype=np.int64), age))
    deals, fees = _deals(life, which, age, known.visits), _fees(life, age)
    discounts = life.amount("discount_amount", which, age)
    ends = np.append(life.orders.first_line, len(life.orders.order_of_line))
    for order, deal, discount in zip(which.tolist(), deals, discounts.tolist(), strict=True):
        if deal.day is None or deal.day not in known.days:
            continue
        lines = np.arange(ends[order], ends[order + 1], dtype=np.int64)
        quantities = life.quantity(lines, age)
        lines, quantities = lines[quantities > 0], quantities[quantities > 0].tolist()
        rows = take(life.orders.lines, lines)
        gross = [units * price for units, (price,) in zip(quantities, _records(rows, "unit_price"), strict=True)]
        shares = zip(quantities, gross, shared(discount, gross), shared(int(fees[order]), gross), strict=True)
        key = int(life.orders.headers["transaction_id"][order])
        for (product,), (units, *cents) in zip(_records(rows, "product_id"), shares, strict=True):
            yield Sold(deal.day, key, deal, known.costs.at(product, deal.placed_at), product, units, *cents)


def shared(whole: int, weights: list[int]) -> list[int]:
    """Return the shares of a whole by weight, each rounded half up with those before it, which add up to it.

    >>> shared(100, [1, 1, 1])
    [33, 34, 33]
    """
    weights = weights if any(weights) else [1] * len(weights)
    total = sum(weights)
    up_to = [(2 * whole * sum(weights[:count]) + total) // (2 * total) for count in range(len(weights) + 1)]
    return [up_to[number + 1] - up_to[number] for number in range(len(weights))]


def _fees(life: Life, age: int) -> Ints:
    """Return the fees of each order's approved payments in cents, rounded half up."""
    attempts, payments = life.attempts, life.payments
    order, rows = attempts.order, attempts.rows
    approved_on = np.where(attempts.is_difference, payments.difference_paid[order], payments.settled[order])
    approved = (rows["status"] == APPROVED) & (approved_on <= age)
    parts = np.zeros(len(life.orders.first_line), dtype=np.int64)
    np.add.at(parts, order[approved], (rows["amount"] * _FEES[rows["payment_method_id"]])[approved])
    return (2 * parts + _HUNDRED_PERCENT) // (2 * _HUNDRED_PERCENT)


def _returned(life: Life, age: int, known: _Known, first: date) -> Iterator[Returned]:
    refunds, unwritten = refunds_of(life), (first - life.day).days
    written = refunds.day + refunds.delivery.late
    there = np.flatnonzero((written >= unwritten) & (written <= age))
    order = refunds.order[there]
    captured = life.captured(order, age) - life.captured(order, unwritten - 1)
    sold = life.sold(order, age) & (captured >= life.amount("total_amount", order, age))
    moved, exists = life.moved_by(order, age), life.present(order, age)
    deals = _deals(life, order, age, known.visits)
    rows = take(refunds.rows, there)
    columns = ("product_id", "reason", "quantity", "goods_amount")
    for position, (product, reason, units, cents) in enumerate(_records(rows, *columns)):
        day, deal = life.day + timedelta(days=int(refunds.day[there[position]])), deals[position]
        is_here = bool(deal.day and deal.day in known.days) and moved[position] >= unwritten and bool(exists[position])
        counts = sold[position] if is_here else age < life.changes.deleted[order[position]]
        if day in known.days and counts:
            if not is_here:
                deal = Deal(None, deal.placed_at, deal.channel, deal.customer, UNKNOWN, UNKNOWN, UNKNOWN)
            reason_ = VOCABULARIES["reason"][reason]
            yield Returned(day, deal, known.costs.at(product, deal.placed_at), product, reason_, units, cents)


def _deals(life: Life, which: Ints, age: int, visits: Visits) -> list[Deal]:
    rows = headers_of(life).at(which, age)
    columns = ("created_at", "channel", "customer_id", "coupon_code", "session_id")
    moved = life.moved_by(which, age).tolist()
    return [
        Deal(
            life.day + timedelta(days=by),
            placed_at,
            VOCABULARIES["channel"][channel],
            customer,
            _word("coupon_code", coupon),
            *visits.get(visit, (UNKNOWN, UNKNOWN)),
        )
        for by, (placed_at, channel, customer, coupon, visit) in zip(moved, _records(rows, *columns), strict=True)
    ]


def _records(rows: Rows, *columns: str) -> Iterator[tuple[int, ...]]:
    """Yield the rows' values in these columns as Python's whole numbers."""
    yield from zip(*(rows[name].tolist() for name in columns), strict=True)


def _word(column: str, code: int) -> str:
    return VOCABULARIES[column][code] if code >= 0 else NONE


def _micros(time: Any) -> int:
    return int((time - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))
