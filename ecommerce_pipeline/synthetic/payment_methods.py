"""The payment methods that the shop accepts, and their weights by channel."""

from dataclasses import dataclass
from typing import Final

from ecommerce_pipeline.synthetic.random_streams import Lotteries, Lottery


@dataclass(frozen=True)
class Method:
    """A payment method; `fee` is the provider's fee in basis points."""

    code: str
    name: str
    kind: str
    provider: str
    fee: int
    is_online: bool = True


METHODS: Final = (
    Method("visa", "Visa", "card", "Visa", 180),
    Method("mastercard", "Mastercard", "card", "Mastercard", 185),
    Method("amex", "American Express", "card", "American Express", 290),
    Method("debit", "Debit card", "card", "Maestro", 90),
    Method("paypal", "PayPal", "wallet", "PayPal", 249),
    Method("apple_pay", "Apple Pay", "wallet", "Apple", 150),
    Method("google_pay", "Google Pay", "wallet", "Google", 150),
    Method("shop_wallet", "Shop wallet", "wallet", "House", 40),
    Method("transfer", "Bank transfer", "bank_transfer", "House bank", 35),
    Method("pay_later", "Pay in 30 days", "pay_later", "Klarna", 329),
    Method("gift_card", "Gift card", "gift_card", "House", 0),
    Method("cash", "Cash", "cash", "House", 0, is_online=False),
)
"""Payment method n is the n-th of these."""

TRANSFER: Final = 9
GIFT_CARD: Final = 11
CASH: Final = 12

# Weights of the methods 1 to 12, in the order of the channels.
_WEIGHTS: Final = (
    (300, 200, 60, 60, 180, 50, 40, 30, 30, 40, 10, 0),
    (230, 150, 40, 40, 120, 190, 150, 40, 5, 25, 10, 0),
    (310, 220, 70, 50, 260, 20, 20, 10, 10, 30, 0, 0),
    (280, 170, 50, 190, 0, 60, 40, 0, 0, 0, 30, 180),
)

BY_CHANNEL: Final = Lotteries([Lottery({i + 1: w for i, w in enumerate(row)}) for row in _WEIGHTS])
"""Payment method, by channel."""
