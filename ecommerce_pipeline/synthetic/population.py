"""The number of customers, products and stores on a day: closed formulas, so that no day depends on another."""

from datetime import date, timedelta
from typing import Final

import numpy as np

from ecommerce_pipeline.synthetic.random_streams import Ints
from ecommerce_pipeline.synthetic.seasons import day_number
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings

# Days of steady growth up to the reference date. 1974 days put 77 % of the customers before the default start.
GROWTH_DAYS: Final = {"customers": 1974, "products": 1974, "stores": 4000}
_FOUNDERS: Final = 10  # the least at the shop's opening, however early its calendar starts


def count(settings: ShopSettings, table: str, day: date) -> int:
    """Return the number at the end of the day: ids run from 1 to this number."""
    total, growth = _total(settings, table), GROWTH_DAYS[table]
    return max(min(total, _FOUNDERS), total * (growth + (day - settings.reference_date).days) // growth)


def known(settings: ShopSettings, table: str, day: date) -> int:
    """Return the number that can take part in the day's events: those that exist at its start."""
    return count(settings, table, day - timedelta(days=1))


def first_days(settings: ShopSettings, table: str, ids: Ints) -> Ints:
    """Return the day number of each id's first day: the inverse of `count`."""
    total, growth = _total(settings, table), GROWTH_DAYS[table]
    first = day_number(settings.reference_date) - growth - (-ids * growth) // total
    founded = np.minimum(first, day_number(settings.start_date) - 1)
    return np.where(ids <= _FOUNDERS, founded, first)


def _total(settings: ShopSettings, table: str) -> int:
    return int(getattr(settings, table))
