"""What is true of the shop and no row says: who still buys, how often, what goes together, and the days of campaigns.

For forecasts and recommendations to be compared with. The true totals are in `ledger`.
"""

from collections.abc import Iterable
from datetime import date

from numpy import float64, int64
from numpy.typing import NDArray

from ecommerce_pipeline.synthetic.baskets import pairs_of
from ecommerce_pipeline.synthetic.customers import GUESTS, alive_on
from ecommerce_pipeline.synthetic.orders import MEAN_ORDERS
from ecommerce_pipeline.synthetic.random_streams import Ints
from ecommerce_pipeline.synthetic.seasons import CAMPAIGNS, campaign_code, demand
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings


def alive(settings: ShopSettings, day: date) -> Ints:
    """Return the ids of the customers who buy and visit on the day, in order: come before it, not left, not deleted."""
    return alive_on(settings, day).ids.astype(int64)


def purchase_rates(settings: ShopSettings, day: date) -> NDArray[float64]:
    """Return the orders that each customer of `alive` is expected to place on such a day, as a mean over its period."""
    rates = alive_on(settings, day).rate.astype(float64)
    rates *= (1 - GUESTS) * demand(settings, day, MEAN_ORDERS) / max(rates.sum(), 1)
    return rates


def planted_pairs(settings: ShopSettings) -> tuple[tuple[int, int], ...]:
    """Return the pairs of products that are bought together: in orders of several lines, the first draws the second.

    The second joins the share `pair_rate` of these orders while it is on sale.
    """
    return tuple((anchor, companion) for anchor, companion in pairs_of(settings).tolist())


def campaign_days(days: Iterable[date]) -> dict[date, str]:
    """Return the days of campaigns among these days, past or ahead, with the names of the campaigns."""
    return {day: CAMPAIGNS[code].name for day in days if (code := campaign_code(day)) >= 0}
