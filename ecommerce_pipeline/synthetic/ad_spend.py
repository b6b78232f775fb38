"""What ads cost the shop: clicks follow from the visits of a paid source, cost and impressions from the clicks."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from ecommerce_pipeline.synthetic import vocabularies
from ecommerce_pipeline.synthetic.arrow_columns import Rows, take
from ecommerce_pipeline.synthetic.catalog import CATEGORIES
from ecommerce_pipeline.synthetic.clock import SECOND, day_number, instant, moments
from ecommerce_pipeline.synthetic.orders import NUMBERS_PER_DAY
from ecommerce_pipeline.synthetic.random_streams import Ints, Stream, trait
from ecommerce_pipeline.synthetic.seasons import campaign_code
from ecommerce_pipeline.synthetic.sessions import sessions_of
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings


@dataclass(frozen=True)
class _Paid:
    """A paid source: its code, what a click costs in cents, and how often an ad is shown for one."""

    source: int
    cents_per_click: int
    shown_per_click: int


_PAID: Final = (
    _Paid(vocabularies.PAID_SEARCH, 340, 28),
    _Paid(vocabularies.SOCIAL, 210, 95),
    _Paid(vocabularies.AFFILIATE, 260, 12),
)
_GROUPS: Final = len(CATEGORIES)
_CAMPAIGN_IS_DEARER: Final = 130  # per cent of the price of a click
_MOST_LOST: Final = 30  # clicks without a visit, per cent of the visits
_SETTLED: Final = 23 * 3600 * SECOND


def ad_spend_of(settings: ShopSettings, day: date) -> Rows:
    """Return the day's cost by source, campaign and ad group; there is an ad group for each category of products."""
    stream = Stream(settings.seed, "ad_spend", day)
    # A row for each source, within or outside the campaign, and ad group.
    source, within, group = (axis.ravel() for axis in np.indices((len(_PAID), 2, _GROUPS)))
    paid = np.array([(one.source, one.cents_per_click, one.shown_per_click) for one in _PAID], dtype=np.int64)[source]
    visits = _visits(settings, day)
    size = len(visits)
    clicks = visits + visits * stream.below(size, _MOST_LOST + 1) // 100 + stream.below(size, 2)
    price = paid[:, 1] * np.where(within == 1, _CAMPAIGN_IS_DEARER, 100) * (80 + stream.below(size, 41)) // 10_000
    shown = clicks * paid[:, 2] * (70 + stream.below(size, 61)) // 100
    number = day_number(day)
    ids = number * NUMBERS_PER_DAY + np.arange(1, size + 1, dtype=np.int64)
    settled = _SETTLED + trait(settings.seed, "ad_spend_hour", ids, 3500) * SECOND
    rows = {
        "ad_spend_id": ids,
        "traffic_source": paid[:, 0],
        "campaign": np.where(within == 1, campaign_code(day), -1),
        "ad_group": group,
        "cost_amount": clicks * price,
        "clicks": clicks,
        "impressions": np.maximum(shown, clicks),
        "created_at": np.full(size, instant(settings.time_zone, day), dtype=np.int64),
        "updated_at": moments(settings.time_zone, number, settled),
    }
    return take(rows, np.flatnonzero(visits > 0))


def _visits(settings: ShopSettings, day: date) -> Ints:
    """Return the visits that each row paid for: an ad group has its own share of them, by cumulative rounding."""
    sessions = sessions_of(settings, day)
    weight = 50 + trait(settings.seed, "ad_group", np.arange(len(_PAID) * _GROUPS, dtype=np.int64), 100)
    parts = []
    for position, one in enumerate(_PAID):
        of_source = sessions["campaign"][sessions["traffic_source"] == one.source] >= 0
        through = np.cumsum(weight[position * _GROUPS : (position + 1) * _GROUPS])
        for visits in (np.count_nonzero(~of_source), np.count_nonzero(of_source)):
            parts.append(np.diff(visits * through // through[-1], prepend=0))
    return np.concatenate(parts)
