"""Generate orders: by column, against Faker row by row."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path

from benchmarks.case import Case, Work
from benchmarks.data import Data
from ecommerce_pipeline.schema.tables import CHANNELS


def ours(data: Data, _scratch: Path) -> Work:
    """The shop's generator, as Arrow tables."""
    from benchmarks.shop import first_rows

    return lambda: sum(table.num_rows for table in first_rows(data))


def faker(data: Data, _scratch: Path) -> Work:
    """An order as Faker's documentation suggests: one call a field."""
    from faker import Faker

    fake = Faker(use_weighting=False)
    Faker.seed(42)
    first, last = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 30, tzinfo=UTC)
    keys = count(1)

    def order() -> dict[str, object]:
        gross = Decimal(fake.random_int(100, 100_000)) / 100
        discount = Decimal(fake.random_int(0, 2_000)) / 100
        shipping = Decimal(fake.random_int(0, 1_000)) / 100
        happened = fake.date_time_between(first, last, tzinfo=UTC)
        return {
            "transaction_id": next(keys),
            "session_id": fake.random_int(1, 1_000_000),
            "customer_id": fake.random_int(1, 100_000),
            "store_id": fake.random_int(1, 40),
            "channel": fake.random_element(CHANNELS),
            "payment_method_id": fake.random_int(1, 12),
            "currency": fake.currency_code(),
            "gross_amount": gross,
            "discount_amount": discount,
            "shipping_amount": shipping,
            "total_amount": gross - discount + shipping,
            "coupon_code": fake.bothify("????##"),
            "created_at": happened,
            "recorded_at": happened,
        }

    return lambda: len([order() for _ in range(data.rows)])


CASES = (Case("ours", "ours", ours), Case("Faker, row by row", "peer", faker, most_rows=20_000))
