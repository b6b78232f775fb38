"""The true totals of sales by what analysts ask for: category, coupon, campaign, reason of return, and customer.

Cells are counters of whole cents and numbers; a cost or margin that is not known is in none of them.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from datetime import date, timedelta
from typing import Any, Final

from ecommerce_pipeline.synthetic.sales import Returned, Sales, Sold

SPANS: Final = (30, 60, 90, 180, 365)
"""Days from the first order on for which a cohort's value is known."""

Cells = dict[tuple[Any, ...], Counter[str]]


def unit_economics(sales: Sales) -> Cells:
    """Return the totals by business day, channel and category."""
    return _booked(sales, lambda one: (one.deal.channel, one.cost.category))


def coupons(sales: Sales) -> Cells:
    """Return the totals by business day, channel and coupon."""
    return _booked(sales, lambda one: (one.deal.channel, one.deal.coupon))


def campaigns(sales: Sales) -> Cells:
    """Return the totals by business day, campaign and traffic source."""
    cells = _booked(sales, lambda one: (one.deal.campaign, one.deal.source))
    for visits, count in sales.visits.items():
        cells.setdefault(visits, Counter())["sessions"] = count
    return cells


def _booked(sales: Sales, cell_of: Callable[[Sold | Returned], tuple[Any, ...]]) -> Cells:
    """Return the totals by business day and cell: sales on the order's day, refunds on their own."""
    cells: Cells = defaultdict(Counter)
    for *cell, _ in {(one.day, *cell_of(one), one.order) for one in sales.sold}:
        cells[tuple(cell)]["orders_sold"] += 1
    for one in sales.sold:
        cells[one.day, *cell_of(one)].update(_of_sold(one))
    for back in sales.returned:
        cells[back.day, *cell_of(back)].update(_of_returned(back))
    return dict(cells)


def returns(sales: Sales) -> Cells:
    """Return the totals by business day, channel, reason, product, category and days since the order."""
    cells: Cells = defaultdict(Counter)
    for back in sales.returned:
        days = (back.day - back.deal.day).days if back.deal.day else None
        cell = cells[back.day, back.deal.channel, back.reason, back.product, back.cost.category, days]
        cell.update(refunds=1, units_returned=back.units, refund_cents=back.refund_cents)
    return dict(cells)


def repeat_purchases(sales: Sales, known_before: Collection[int] = ()) -> Counter[tuple[date, int, int]]:
    """Return the customers by month of the first order, number of the order up to 3, and days since the first.

    Args:
        sales: The sales of the days that the warehouse has.
        known_before: The customers who have ordered before these days.
    """
    found: Counter[tuple[date, int, int]] = Counter()
    for orders in _orders_of_customers(sales, known_before).values():
        first = orders[0].day
        for number, order in enumerate(orders[:3], start=1):
            found[first.replace(day=1), number, (order.day - first).days] += 1
    return found


def lifetime_values(
    sales: Sales, as_of: date, known_before: Collection[int] = ()
) -> dict[tuple[date, str, int], tuple[int, Counter[str] | None]]:
    """Return, by month and channel of the first order and number of days, the customers and their totals.

    There are no totals until all customers of the cohort have had so many days.

    Args:
        sales: The sales of the days that the warehouse has.
        as_of: The last of these days.
        known_before: The customers who have ordered before these days.
    """
    firsts = {customer: orders[0] for customer, orders in _orders_of_customers(sales, known_before).items()}
    cohorts: dict[tuple[date, str], list[date]] = defaultdict(list)
    for first in firsts.values():
        cohorts[first.day.replace(day=1), first.deal.channel].append(first.day)
    totals: Cells = defaultdict(Counter)
    amounts = [(one.day, one.deal.customer, _of_sold(one)) for one in sales.sold]
    amounts += [(back.day, back.deal.customer, _of_returned(back)) for back in sales.returned]
    for day, customer, of_day in amounts:
        if first_order := firsts.get(customer):
            for days in SPANS:
                if (day - first_order.day).days < days:
                    totals[first_order.day.replace(day=1), first_order.deal.channel, days].update(of_day)
    return {
        (*cohort, days): (len(members), totals[*cohort, days] if _have_had(days, members, as_of) else None)
        for cohort, members in cohorts.items()
        for days in SPANS
    }


def _have_had(days: int, members: list[date], as_of: date) -> bool:
    return max(members) + timedelta(days=days - 1) <= as_of


def _orders_of_customers(sales: Sales, known_before: Collection[int]) -> dict[int, list[Sold]]:
    """Return a line of each order of each customer, in the order in which they were placed."""
    orders = {one.order: one for one in sales.sold if one.deal.customer and one.deal.customer not in known_before}
    found: dict[int, list[Sold]] = defaultdict(list)
    for order in sorted(orders.values(), key=lambda one: (one.deal.placed_at, one.order)):
        found[order.deal.customer].append(order)
    return found


def _of_sold(one: Sold) -> Counter[str]:
    net = one.gross_cents - one.discount_cents
    totals = Counter(
        units=one.units,
        gross_cents=one.gross_cents,
        discount_cents=one.discount_cents,
        fee_cents=one.fee_cents,
        net_cents=net,
    )
    if one.cost.cents is None:
        totals.update(units_without_cost=one.units)
        return totals
    cost = one.units * one.cost.cents
    totals.update(net_cents_with_cost=net, cost_cents=cost, margin_cents=net - one.fee_cents - cost)
    totals.update(units_at_earliest_cost=one.units if one.cost.is_earliest else 0)
    return totals


def _of_returned(back: Returned) -> Counter[str]:
    cents = back.refund_cents
    totals = Counter(units_returned=back.units, refund_cents=cents, net_cents=-cents)
    if back.cost.cents is not None:
        totals.update(net_cents_with_cost=-cents, cost_cents=0, margin_cents=-cents)
    return totals
