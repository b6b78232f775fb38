"""The ledger of marketing: what ads cost by day, traffic source and campaign, and the visits and sales they brought.

Like `ledger`, it follows from what happens in the shop, in whole cents, as of the end of any day of its life.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Final, NamedTuple

import numpy as np

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.synthetic.arrow_columns import Rows
from ecommerce_pipeline.synthetic.changes import MOST_DAYS_MOVED
from ecommerce_pipeline.synthetic.clock import day_number
from ecommerce_pipeline.synthetic.histories import HISTORIES
from ecommerce_pipeline.synthetic.life import LONGEST_LIFE, life_of
from ecommerce_pipeline.synthetic.order_rows import headers_of, sold_since
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings
from ecommerce_pipeline.synthetic.vocabularies import VOCABULARIES

_NO_CAMPAIGN: Final = "none"
_UNKNOWN: Final = "unknown"


@dataclass(frozen=True)
class Marketing:
    """Totals of a business day, traffic source and campaign.

    Attributes:
        cost_cents: Cost of ads.
        clicks: Clicks on ads.
        impressions: How often ads were shown.
        sessions: Visits.
        orders_sold: Orders sold; on their own day, by the visit that led to them.
        orders_new: Those that are the first order of a customer that is sold.
        amount_cents: Gross less discount of the orders sold.
    """

    cost_cents: int = 0
    clicks: int = 0
    impressions: int = 0
    sessions: int = 0
    orders_sold: int = 0
    orders_new: int = 0
    amount_cents: int = 0

    def __add__(self, other: "Marketing") -> "Marketing":
        return Marketing(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


class Cell(NamedTuple):
    """A business day, traffic source and campaign."""

    day: date
    traffic_source: str
    campaign: str


class _Sale(NamedTuple):
    """An order sold: when it was placed, its number, the customer, 0 for a guest, its cell and amount."""

    created_at: int
    order: int
    customer: int
    cell: Cell
    cents: int


def marketing(settings: ShopSettings, days: Days, as_of: date, since: date | None = None) -> dict[Cell, Marketing]:
    """Return the true totals of the business days at the end of the day `as_of`; cells with only zeros are omitted.

    Args:
        settings: The shop's settings.
        days: The business days.
        as_of: The last day of the life.
        since: The first day of the life that was written, and the first business day that was loaded, if that is not
            the shop's first. Orders before it count for nobody; the rest is as in `ledger`.
    """
    totals: defaultdict[Cell, Marketing] = defaultdict(Marketing)
    for day in days:
        for rows in _rows(settings, "sessions", day, as_of):
            for cell in _cells(day, rows):
                totals[cell] += Marketing(sessions=1)
        for rows in _rows(settings, "ad_spend", day, as_of):
            columns = (rows[name].tolist() for name in ("cost_amount", "clicks", "impressions"))
            for cell, cost, clicks, shown in zip(_cells(day, rows), *columns, strict=True):
                totals[cell] += Marketing(cost, clicks, shown)
    buyers, wanted = set(), set(days)
    for sale in sorted(_sales(settings, as_of, max(settings.start_date, since or settings.start_date))):
        is_new = sale.customer > 0 and sale.customer not in buyers
        buyers.add(sale.customer)
        if sale.cell.day in wanted:
            totals[sale.cell] += Marketing(orders_sold=1, orders_new=int(is_new), amount_cents=sale.cents)
    return dict(totals)


def _rows(settings: ShopSettings, table: str, day: date, as_of: date) -> Iterator[Rows]:
    """Yield the rows of a day, of a table whose rows are written once, that are there at the end of the day `as_of`."""
    if settings.start_date <= day <= as_of:
        history, age = HISTORIES[table].history(settings, day), min((as_of - day).days, LONGEST_LIFE)
        yield history.at(history.present(age), age)


def _cells(day: date, rows: Rows) -> list[Cell]:
    sources, campaigns = VOCABULARIES["traffic_source"], (*VOCABULARIES["campaign"], _NO_CAMPAIGN)
    codes = zip(rows["traffic_source"].tolist(), rows["campaign"].tolist(), strict=True)
    return [Cell(day, sources[source], campaigns[campaign]) for source, campaign in codes]


def _sales(settings: ShopSettings, as_of: date, first: date) -> Iterator[_Sale]:
    """Yield the orders of business days from the first on that are sold, by what was written from it on."""
    begun = max(settings.start_date, first - timedelta(days=MOST_DAYS_MOVED))
    for back in range((as_of - begun).days, -1, -1):
        day = as_of - timedelta(days=back)
        life, age = life_of(settings, day), min(back, LONGEST_LIFE)
        unwritten = (first - day).days
        headers = headers_of(life)
        which = np.flatnonzero(sold_since(life, age, unwritten))
        which = which[life.moved_by(which, age) >= unwritten]
        rows = headers.at(which, age)
        amounts = (life.amount("gross_amount", which, age) - life.amount("discount_amount", which, age)) * (
            day >= first
        )
        visits = {}
        for visited in _rows(settings, "sessions", day, as_of) if day >= first else ():
            visits = dict(zip(visited["session_id"].tolist(), _cells(day, visited), strict=True))
        columns = (rows[name].tolist() for name in ("created_at", "transaction_id", "customer_id", "session_id"))
        days = (headers.business_day(which, age) - day_number(day)).tolist()
        for created_at, order, customer, session, by, cents in zip(*columns, days, amounts.tolist(), strict=True):
            _, source, campaign = visits.get(session, (day, _UNKNOWN, _UNKNOWN))
            cell = Cell(day + timedelta(days=by), source, campaign)
            yield _Sale(created_at, order, customer, cell, cents)
