"""Generate orders with their lines: by column, compared with Faker row by row. Rows of both tables are counted."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path

import pandas as pd  # noqa: F401 - pyarrow imports it with the first NumPy array

from benchmarks.case import Case, Work
from benchmarks.data import FIRST_DAY, Data
from ecommerce_pipeline.schema.tables import CHANNELS, transaction_items, transactions
from ecommerce_pipeline.synthetic import written


def ours(data: Data, _scratch: Path) -> Work:
    """The shop's generator, as Arrow tables."""
    from benchmarks.shop import settings_of, shop_settings

    shop = shop_settings(settings_of(data))

    def work() -> int:
        day, orders, lines = FIRST_DAY, 0, 0
        while orders < data.rows:
            orders += written(shop, transactions.name, day).rows.num_rows
            lines += written(shop, transaction_items.name, day).rows.num_rows
            day += timedelta(days=1)
        return orders + lines

    return work


def faker(data: Data, _scratch: Path) -> Work:
    """Rows as in Faker's documentation: one call per field."""
    from faker import Faker

    fake = Faker(use_weighting=False)
    Faker.seed(42)
    first, last = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 30, tzinfo=UTC)
    keys = count(1)

    def line(order: int, number: int, happened: datetime) -> dict[str, object]:
        quantity, price = fake.random_int(1, 10), Decimal(fake.random_int(100, 50_000)) / 100
        return {
            "transaction_item_id": order * 10 + number,
            "transaction_id": order,
            "line_number": number,
            "product_id": fake.random_int(1, 60_000),
            "quantity": quantity,
            "unit_price": price,
            "gross_amount": quantity * price,
            "created_at": happened,
            "updated_at": happened + timedelta(seconds=fake.random_int(0, 120)),
        }

    def order() -> list[dict[str, object]]:
        key, happened = next(keys), fake.date_time_between(first, last, tzinfo=UTC)
        lines = [line(key, number, happened) for number in range(1, fake.random_int(1, 4) + 1)]
        gross = sum((Decimal(str(one["gross_amount"])) for one in lines), Decimal(0))
        discount = Decimal(fake.random_int(0, 2_000)) / 100
        shipping = Decimal(fake.random_element(("0", "4.99", "12.99")))
        header = {
            "transaction_id": key,
            "customer_id": fake.random_int(1, 100_000),
            "session_id": fake.random_int(1, 1_000_000),
            "store_id": fake.random_int(1, 40),
            "channel": fake.random_element(CHANNELS),
            "payment_method_id": fake.random_int(1, 12),
            "currency": fake.currency_code(),
            "coupon_code": fake.bothify("????##"),
            "line_count": len(lines),
            "gross_amount": gross,
            "discount_amount": discount,
            "shipping_amount": shipping,
            "total_amount": gross - discount + shipping,
            "created_at": happened,
            "updated_at": happened + timedelta(seconds=fake.random_int(0, 120)),
        }
        return [header, *lines]

    def work() -> int:
        return sum(len(order()) for _ in range(data.rows))

    return work


CASES = (Case("ours", "ours", ours), Case("Faker row by row", "peer", faker, most_rows=20_000))
