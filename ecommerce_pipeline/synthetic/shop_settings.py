"""Settings of the synthetic shop: the only input of this package, besides table and day."""

from dataclasses import dataclass
from datetime import date
from typing import Final

MOST_SCALE: Final = 1000
MOST_RATE: Final = 0.5


@dataclass(frozen=True)
class ShopSettings:
    """The shop's seed, its size, its calendar and the rates of its defects.

    Attributes:
        seed: Seed of every random stream.
        scale: Multiplies the events per day; 1 is about 550 orders.
        start_date: First day of the shop's calendar; no event happens before it.
        time_zone: The time zone of its days.
        customers: Customers that have come by the end of `reference_date`; some of them are deleted by then.
        products: Products likewise.
        stores: Stores at the end of `reference_date`.
        reference_date: The day on which the shop has the sizes above; it grows before and after that day.
        late_rate: Share of events that reach the database days late: written late, or committed late.
        change_rate: Share of orders that are edited, cancelled, paid late, moved to another day or deleted; the rate at
            which customers and products are deleted follows it.
        duplicate_rate: Share of rows that are there twice.
        broken_rate: Broken rows added, as a share of what happens and is written on a day.
        pair_rate: Share of the orders of several lines with the first product of a pair that get the second one too.

    Raises:
        ValueError: A setting is out of its range; the message names it, its value and the range.
    """

    seed: int = 42
    scale: int = 1
    start_date: date = date(2025, 1, 1)
    time_zone: str = "UTC"
    customers: int = 100_000
    products: int = 60_000
    stores: int = 40
    reference_date: date = date(2026, 3, 31)
    late_rate: float = 0.01
    change_rate: float = 0.02
    duplicate_rate: float = 0.005
    broken_rate: float = 0.005
    pair_rate: float = 0.35

    def __post_init__(self) -> None:
        _whole("seed", self.seed, 0, 2**63 - 1)
        _whole("scale", self.scale, 1, MOST_SCALE)
        _whole("customers", self.customers, 1, 100_000_000)
        _whole("products", self.products, 1, 100_000_000)
        _whole("stores", self.stores, 1, 100_000)
        for name in ("late_rate", "change_rate", "duplicate_rate", "broken_rate", "pair_rate"):
            rate = getattr(self, name)
            if not 0 <= rate <= MOST_RATE:
                raise ValueError(f"{name}={rate}: it must be a share from 0 to {MOST_RATE}")


def _whole(name: str, value: int, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{name}={value!r}: it must be a whole number from {least} to {most}")
