"""The first orders of persons before the loaded days, of a shop that has orders and payments only."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from hashlib import sha256

import pytest

from ecommerce_pipeline.resources.postgres.resource import PostgresResource

BEFORE = date(2026, 3, 10)
SECRET = "a-long-random-text-of-this-test"
GUEST = f"guest:{sha256(f'{SECRET}ann@example.com'.encode()).hexdigest()}"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresResource]:
    folder = tmp_path_factory.mktemp("first_orders")
    database = PostgresResource(embedded_dir=str(folder / "postgres"), time_zone="America/Sao_Paulo")
    with database.connect() as connection:
        connection.execute("CREATE SCHEMA ecommerce")
        connection.execute(
            "CREATE VIEW ecommerce.transactions AS SELECT * FROM (VALUES "
            "(1, 7, NULL, 'web', 10.0, TIMESTAMPTZ '2026-03-02 12:00+00', NULL::timestamptz), "
            "(2, 7, NULL, 'app', 10.0, '2026-03-01 12:00+00', '2026-03-02 12:00+00'), "
            "(3, 8, NULL, 'web', 10.0, '2026-03-01 12:00+00', NULL), "
            "(4, NULL, ' Ann@Example.com', 'app', 10.0, '2026-03-04 12:00+00', NULL), "
            "(5, NULL, 'ann@example.com ', 'web', 10.0, '2026-03-03 12:00+00', NULL), "
            "(6, NULL, ' ', 'web', 0.0, '2026-03-03 12:00+00', NULL), "
            "(7, 9, NULL, 'web', 10.0, '2026-03-10 03:00+00', NULL), "
            "(8, 6, NULL, 'web', 10.0, '2026-03-10 02:59+00', NULL)) AS orders "
            "(transaction_id, customer_id, guest_email, channel, total_amount, created_at, cancelled_at)"
        )
        connection.execute(
            "CREATE VIEW ecommerce.payment_attempts AS SELECT transaction_id AS payment_attempt_id, transaction_id, "
            "CASE transaction_id WHEN 3 THEN 9.99 ELSE 10.0 END AS amount, ' Captured' AS status "
            "FROM ecommerce.transactions"
        )
    yield database
    embedded = database.embedded()
    assert embedded
    embedded.destroy()


def first_orders(shop: PostgresResource, *, guests: bool, approved: list[str]) -> dict[str, tuple[datetime, str]]:
    rows = shop.first_orders(BEFORE, guests=guests, approved=approved).read_all().to_pylist()
    return {row["person_key"]: (row["first_order_at"], row["channel"]) for row in rows}


def test_persons_have_their_first_order_that_was_sold_before_the_day(
    shop: PostgresResource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PERSON_KEY_SECRET", SECRET)
    assert first_orders(shop, guests=True, approved=["approved", "captured"]) == {
        "customer:7": (datetime(2026, 3, 2, 12, tzinfo=UTC), "web"),  # the earlier one was cancelled
        "customer:6": (datetime(2026, 3, 10, 2, 59, tzinfo=UTC), "web"),  # the evening before in Sao Paulo
        GUEST: (datetime(2026, 3, 3, 12, tzinfo=UTC), "web"),
    }


def test_without_payments_all_orders_count_and_without_the_setting_guests_are_nobody(shop: PostgresResource) -> None:
    assert first_orders(shop, guests=False, approved=[]).keys() == {"customer:6", "customer:7", "customer:8"}
    assert first_orders(shop, guests=False, approved=["declined"]) == {}
