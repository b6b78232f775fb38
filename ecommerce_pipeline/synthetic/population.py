"""Customers, products and stores: how many there are, when each comes and is deleted, and what a product costs.

Closed formulas, so that no day depends on another.
"""

from datetime import date, timedelta
from typing import Final

import numpy as np

from ecommerce_pipeline.synthetic import catalog
from ecommerce_pipeline.synthetic.clock import day_number
from ecommerce_pipeline.synthetic.random_streams import Flags, Ints, trait
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings

# Days of steady growth up to the reference date. 1974 days put 77 % of the customers before the default start.
GROWTH_DAYS: Final = {"customers": 1974, "products": 1974, "stores": 4000}
FOUNDERS: Final = 10  # the least at the shop's opening, however early its calendar starts

# Customers and products live at most so many days, divided by the rate of changes. At the default rate, two of 100,000
# are deleted a day.
_LIFETIME: Final = 1000
_MORTAL: Final = ("customers", "products")


def count(settings: ShopSettings, table: str, day: date) -> int:
    """Return the number that have come by the end of the day: their ids run from 1 to this number."""
    total, growth = _total(settings, table), GROWTH_DAYS[table]
    return max(min(total, FOUNDERS), total * (growth + (day - settings.reference_date).days) // growth)


def known(settings: ShopSettings, table: str, day: date) -> int:
    """Return the number that can take part in the day's events: those that have come before it."""
    return count(settings, table, day - timedelta(days=1))


def first_days(settings: ShopSettings, table: str, ids: Ints) -> Ints:
    """Return the day number of each id's first day: the inverse of `count`."""
    total, growth = _total(settings, table), GROWTH_DAYS[table]
    first = day_number(settings.reference_date) - growth - (-ids * growth) // total
    founded = np.minimum(first, day_number(settings.start_date) - 1)
    return np.where(ids <= FOUNDERS, founded, first)


def deleted_by(settings: ShopSettings, table: str, ids: Ints, day: date) -> Flags:
    """Return which of the ids the shop has deleted by the end of the day."""
    deleted: Flags = last_days(settings, table, ids) <= day_number(day)
    return deleted


def last_days(settings: ShopSettings, table: str, ids: Ints) -> Ints:
    """Return the day number on which each id is deleted, always in the shop's calendar and after its first day."""
    if table not in _MORTAL or not settings.change_rate:
        return np.full(len(ids), np.iinfo(np.int64).max)
    since = np.maximum(first_days(settings, table, ids), day_number(settings.start_date))
    days = since + 1 + trait(settings.seed, f"lifetime:{table}", ids, int(_LIFETIME / settings.change_rate))
    if table == "products":
        days[ids == catalog.ALWAYS_ON_SALE] = np.iinfo(np.int64).max
    return days


def unit_cost(settings: ShopSettings, products: Ints, day: date) -> Ints:
    """Return the cost in cents of a unit of each product on the day; before its launch, as at the launch."""
    number = np.maximum(first_days(settings, "products", products), day_number(day))
    return catalog.unit_cost(settings.seed, products, catalog.version(settings.seed, products, number)[0])


def _total(settings: ShopSettings, table: str) -> int:
    return int(getattr(settings, table))
