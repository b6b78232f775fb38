"""The visits of a day: those that lead to the day's online orders, and those that only browse."""

from datetime import date, timedelta
from typing import Final

import numpy as np

from ecommerce_pipeline.synthetic import vocabularies
from ecommerce_pipeline.synthetic.arrow_columns import Rows, concat, take
from ecommerce_pipeline.synthetic.cached import cached
from ecommerce_pipeline.synthetic.clock import SECOND, day_number, instant, moments
from ecommerce_pipeline.synthetic.customers import visitors
from ecommerce_pipeline.synthetic.orders import NUMBERS_PER_DAY, browsing, orders_of, time_of_day
from ecommerce_pipeline.synthetic.random_streams import Ints, Lotteries, Lottery, Stream
from ecommerce_pipeline.synthetic.seasons import campaign_code
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings

_LAST_SECOND: Final = 86_380

_CHANNEL: Final = Lottery({vocabularies.WEB: 52, vocabularies.MOBILE_APP: 36, vocabularies.MARKETPLACE: 12})
_DEVICE: Final = Lotteries(
    [
        Lottery({vocabularies.DESKTOP: 55, vocabularies.MOBILE: 37, vocabularies.TABLET: 8}),
        Lottery({vocabularies.MOBILE: 90, vocabularies.TABLET: 10}),
        Lottery({vocabularies.DESKTOP: 40, vocabularies.MOBILE: 52, vocabularies.TABLET: 8}),
    ]
)
# direct, organic, paid_search, social, email, affiliate, referral: by channel; the last row is for campaigns.
_SOURCES: Final = (
    (24, 33, 18, 9, 8, 4, 4),
    (62, 6, 6, 12, 11, 1, 2),
    (10, 30, 25, 5, 2, 20, 8),
    (0, 0, 38, 24, 28, 10, 0),
)
_SOURCE: Final = Lotteries([Lottery(dict(enumerate(weights))) for weights in _SOURCES])
_FROM_CAMPAIGN: Final = 3
_PAGES: Final = Lottery({1: 28, 2: 17, 3: 13, 4: 10, 5: 8, 6: 6, 8: 6, 10: 5, 13: 3, 17: 2, 25: 1, 40: 1})
_MORE_CART_ADDS: Final = Lottery({0: 70, 1: 20, 2: 7, 3: 3})
_SECONDS_PER_PAGE: Final = 45


# Its visits, and what was paid for them.
@cached(maxsize=2)
def sessions_of(settings: ShopSettings, day: date) -> Rows:
    """Return the visits of the day, browsing visits first, then those with an order."""
    rows = concat([_browsing(settings, day), _ordering(settings, day)])
    # A row is written when the visit ends, but on its day.
    midnight = instant(settings.time_zone, day + timedelta(days=1))
    ended_at = rows["created_at"] + rows["duration_seconds"] * SECOND
    return rows | {"updated_at": np.minimum(ended_at, midnight - 1)}


def _browsing(settings: ShopSettings, day: date) -> Rows:
    stream = Stream(settings.seed, "browsing", day)
    size = browsing(settings, day)
    seconds = np.sort(time_of_day(stream, np.zeros(size, dtype=np.int64)))
    pages = stream.pick(size, _PAGES)
    products = stream.below(size, pages + 1)
    adds = np.where(stream.chance(size, 0.2), stream.below(size, np.minimum(products, 6) + 1), 0)
    channel = stream.pick(size, _CHANNEL)
    return _visits(day, stream, channel) | {
        "session_id": day_number(day) * NUMBERS_PER_DAY + np.arange(1, size + 1, dtype=np.int64),
        "customer_id": visitors(settings, day, stream, size),
        "page_views": pages,
        "product_views": products,
        "cart_adds": adds,
        "checkout_started": ((adds > 0) & stream.chance(size, 0.35)).astype(np.int64),
        "duration_seconds": 3 + stream.below(size, pages * _SECONDS_PER_PAGE),
        "created_at": moments(settings.time_zone, day_number(day), np.minimum(seconds, _LAST_SECOND * SECOND)),
    }


def _ordering(settings: ShopSettings, day: date) -> Rows:
    stream = Stream(settings.seed, "ordering", day)
    headers = orders_of(settings, day).headers
    online = take(headers, headers["session_id"] > 0)
    size = len(online["session_id"])
    ordered = online["created_at"]
    # Up to an hour before the order, on the same day.
    before = np.minimum(60 * SECOND + stream.below(size, 3540 * SECOND), ordered - instant(settings.time_zone, day))
    adds = online["line_count"] + stream.pick(size, _MORE_CART_ADDS)
    products = adds + stream.below(size, 8)
    pages = products + 2 + stream.below(size, 12)
    return _visits(day, stream, online["channel"]) | {
        "session_id": online["session_id"],
        "customer_id": online["customer_id"],
        "page_views": pages,
        "product_views": products,
        "cart_adds": adds,
        "checkout_started": np.ones(size, dtype=np.int64),
        "duration_seconds": before // SECOND + 1 + stream.below(size, 120),
        "created_at": ordered - before,
    }


def _visits(day: date, stream: Stream, channel: Ints) -> Rows:
    size, campaign = len(channel), campaign_code(day)
    by_campaign = stream.chance(size, 0.35 if campaign >= 0 else 0.0)
    return {
        "channel": channel,
        "device": stream.pick_by(channel, _DEVICE),
        "traffic_source": stream.pick_by(np.where(by_campaign, _FROM_CAMPAIGN, channel), _SOURCE),
        "campaign": np.where(by_campaign, campaign, -1),
    }
