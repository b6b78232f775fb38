"""The shop's vocabularies: columns of text are codes (positions in these) until the Arrow table is built.

A code of -1 is NULL. The last words of a vocabulary may occur in broken rows only.
"""

from collections.abc import Mapping
from typing import Final

from ecommerce_pipeline.schema.tables import CHANNELS
from ecommerce_pipeline.synthetic.catalog import CATEGORIES
from ecommerce_pipeline.synthetic.seasons import CAMPAIGNS

WEB, MOBILE_APP, MARKETPLACE, STORE = range(4)
DESKTOP, MOBILE, TABLET = range(3)
DIRECT, ORGANIC, PAID_SEARCH, SOCIAL, EMAIL, AFFILIATE, REFERRAL = range(7)
PLACED, PAID, SHIPPED, DELIVERED, CANCELLED, PENDING, APPROVED, DECLINED, ERROR = range(9)
NEGATIVE, NEUTRAL, POSITIVE = range(3)

# Code and discount: in percent up to 100, otherwise in cents.
COUPONS: Final = (
    ("WELCOME5", 5),
    ("SAVE10", 10),
    ("EXTRA15", 15),
    ("VIP20", 20),
    ("FIVEOFF", 500),
    ("TENOFF", 1000),
    ("ONTHEHOUSE", 100),
)

VOCABULARIES: Final[Mapping[str, tuple[str, ...]]] = {
    "channel": CHANNELS,
    "device": ("desktop", "mobile", "tablet"),
    "traffic_source": ("direct", "organic", "paid_search", "social", "email", "affiliate", "referral"),
    "campaign": tuple(campaign.name for campaign in CAMPAIGNS),
    "ad_group": CATEGORIES,
    "warehouse": ("central",),
    "currency": ("USD",),
    "coupon_code": tuple(code for code, _ in COUPONS),
    # Of orders, then of payment attempts.
    "status": (
        *("placed", "paid", "shipped", "delivered", "cancelled"),
        *("pending", "approved", "declined", "error"),
    ),
    "failure_reason": (
        "insufficient_funds",
        "card_expired",
        "suspected_fraud",
        "limit_exceeded",
        "authentication_failed",
        "provider_timeout",
        "provider_unavailable",
    ),
    "reason": ("damaged", "wrong_item", "not_as_described", "changed_mind", "late_delivery"),
    "sentiment": ("negative", "neutral", "positive"),
}
