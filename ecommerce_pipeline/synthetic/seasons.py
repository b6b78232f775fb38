"""The shop's calendar: the number of events of a day, their hours, and the campaign. Integers only."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from ecommerce_pipeline.synthetic.random_streams import Lotteries, Lottery, Stream
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings

# Per mille of a mean day, from Monday and from January; a month's value is that of its first day.
_WEEK: Final = (960, 930, 940, 980, 1060, 1120, 1010)
_YEAR: Final = (960, 910, 940, 970, 980, 1000, 990, 960, 980, 1020, 1080, 1240)
_GROWTH_PER_YEAR: Final = 250


@dataclass(frozen=True)
class Campaign:
    """A marketing campaign.

    Attributes:
        name: As in `sessions.campaign`.
        demand: Events on its days, per mille of a day without it.
        discount_percent: Discount on orders from the campaign without a coupon.
    """

    name: str
    demand: int
    discount_percent: int


CAMPAIGNS: Final = (
    Campaign("new_year_sale", 1150, 10),
    Campaign("valentines", 1150, 7),
    Campaign("spring_sale", 1250, 9),
    Campaign("summer_sale", 1350, 12),
    Campaign("back_to_school", 1200, 8),
    Campaign("singles_day", 1500, 11),
    Campaign("black_friday", 2200, 17),
    Campaign("christmas", 1200, 6),
)

# First and last day of the campaigns with fixed days, as (month, day), in the order of CAMPAIGNS.
_FIXED: Final = (
    ((1, 2), (1, 10)),
    ((2, 8), (2, 14)),
    ((3, 18), (3, 24)),
    ((6, 20), (7, 5)),
    ((8, 20), (9, 3)),
    ((11, 11), (11, 11)),
    None,
    ((12, 5), (12, 20)),
)

# Weights of the hours of the day: online channels, then the stores.
_ONLINE_HOURS: Final = (9, 5, 3, 2, 2, 3, 6, 11, 17, 23, 27, 29, 32, 31, 29, 28, 29, 31, 36, 43, 47, 42, 30, 17)
_STORE_HOURS: Final = (0, 0, 0, 0, 0, 0, 0, 0, 4, 14, 25, 33, 40, 38, 34, 35, 42, 50, 46, 30, 12, 2, 0, 0)
HOURS: Final = Lotteries([Lottery(dict(enumerate(hours))) for hours in (_ONLINE_HOURS, _STORE_HOURS)])
"""Hour of the day; 0 selects the online channels, 1 the stores."""


@lru_cache(maxsize=4096)
def campaign_code(day: date) -> int:
    """Return the position in CAMPAIGNS of the day's campaign, or -1."""
    for code, span in enumerate(_FIXED):
        if span and span[0] <= (day.month, day.day) <= span[1]:
            return code
    first_of_november = date(day.year, 11, 1)
    # From the day after the fourth Thursday of November to the Monday.
    friday = first_of_november + timedelta(days=(3 - first_of_november.weekday()) % 7 + 22)
    return 6 if friday <= day <= friday + timedelta(days=3) else -1


@lru_cache(maxsize=4096)
def demand(settings: ShopSettings, day: date, mean: int) -> int:
    """Return the number of events of the day; a mean day at the reference date and scale 1 has `mean`."""
    if day < settings.start_date:
        return 0
    code = campaign_code(day)
    growth = 1000 + _GROWTH_PER_YEAR * (day - settings.reference_date).days // 365
    noise = 960 + int(Stream(settings.seed, "demand", day).below(1, 81)[0])
    this, following = _YEAR[day.month - 1], _YEAR[day.month % 12]
    days = monthrange(day.year, day.month)[1]
    product = (
        _WEEK[day.weekday()]
        * (this * (days - day.day + 1) + following * (day.day - 1))
        * (CAMPAIGNS[code].demand if code >= 0 else 1000)
        * min(max(growth, 500), 2000)
        * noise
    )
    return max(1, settings.scale * mean * product // (days * 1000**5))
