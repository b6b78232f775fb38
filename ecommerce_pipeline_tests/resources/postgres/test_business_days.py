"""Which business day the source's rows belong to, in any time zone, and what an extraction of days reads."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

import pytest

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.schema.tables import ORDERS, TABLES, business_key

EVERY = Days.of_keys("2018-01-01", "2026-12-31")
Found = Mapping[date, list[int]]
LINES = "transaction_items"


def put(owner: PostgresResource, table: str, *rows: tuple[int, int, str]) -> None:
    """Insert rows: key, order, and the time at which they happened."""
    values = {
        ORDERS: "({0}, NULL, NULL, NULL, NULL, 'web', NULL, 'EUR', NULL, 1, 1, 0, 0, 0, 0, 1, NULL, 'paid', NULL, "
        "'{2}', now())",
        LINES: "({0}, {1}, 1, NULL, 1, 1, 1, 0, 0, '{2}', now())",
        "payment_attempts": "({0}, {1}, 1, NULL, 1, 'approved', NULL, '{2}', now())",
        "refunds": "({0}, {1}, 1, NULL, NULL, NULL, 'web', NULL, NULL, 1, 1, 0, 0, 'late_delivery', '{2}', now())",
    }[table]
    with owner.connect() as connection:
        for row in rows:
            connection.execute(f"INSERT INTO ecommerce.{table} VALUES {values.format(*row)}".encode())


def extracted(owner: PostgresResource, table: str, days: Days, time_zone: str = "UTC") -> Found:
    """Return the keys by business date as an extraction finds them; each row's day must be one of those asked for."""
    database = PostgresResource(embedded_dir=owner.embedded_dir, time_zone=time_zone)
    rows = database.extract(TABLES[table], days)[1].read_all()
    found = rows["business_date"].to_pylist()
    assert found == sorted(found)
    assert set(found) <= set(days)
    by_day: dict[date, list[int]] = defaultdict(list)
    for day, key in zip(found, rows[business_key(TABLES[table])].to_pylist(), strict=True):
        by_day[day].append(key)
    return by_day


def day_by_day(owner: PostgresResource, table: str, days: Iterable[date], time_zone: str) -> Found:
    alone = (extracted(owner, table, Days.of_day(day), time_zone) for day in days)
    return {day: keys for found in alone for day, keys in found.items()}


def test_an_evening_in_sao_paulo_is_the_next_day_in_utc(owner: PostgresResource) -> None:
    times = ("2026-03-01 21:30-03", "2026-03-01 23:59:59.999999-03", "2026-03-02 00:00-03")
    put(owner, ORDERS, *((key, key, time) for key, time in enumerate(times, 1)))
    assert extracted(owner, ORDERS, EVERY, "America/Sao_Paulo") == {date(2026, 3, 1): [1, 2], date(2026, 3, 2): [3]}
    assert extracted(owner, ORDERS, EVERY) == {date(2026, 3, 2): [1, 2, 3]}


@pytest.mark.parametrize(
    ("time_zone", "start", "hours"),
    [
        ("Europe/Berlin", "2026-03-27 12:00+00", (24, 23, 24)),
        ("Europe/Berlin", "2026-10-23 12:00+00", (24, 25, 24)),
        # Clocks skip midnight, repeat the hour before it, repeat the hour after it.
        ("America/Sao_Paulo", "2018-11-02 12:00+00", (24, 23, 24)),
        ("America/Sao_Paulo", "2019-02-14 12:00+00", (24, 25, 24)),
        ("Atlantic/Azores", "2026-10-23 12:00+00", (24, 25, 24)),
        ("America/Havana", "2026-10-30 12:00+00", (24, 25, 24)),
    ],
)
def test_each_quarter_of_an_hour_is_of_one_day_whatever_the_clocks_do(
    owner: PostgresResource, time_zone: str, start: str, hours: tuple[int, ...]
) -> None:
    """Where clocks are put back to midnight, the first of the two hours was of no day."""
    with owner.connect() as connection:
        connection.execute(
            "INSERT INTO ecommerce.refunds SELECT n, 1, 1, NULL, NULL, NULL, 'web', NULL, NULL, 1, 1, 0, 0, 'late', "
            "%s::timestamptz + n * interval '15 minutes', now() FROM generate_series(0, 420) AS n",
            [start],
        )
    together = extracted(owner, "refunds", EVERY, time_zone)
    assert sum(map(len, together.values())) == 421
    days = [*together][1:4]
    assert tuple(len(together[day]) / 4 for day in days) == hours
    assert day_by_day(owner, "refunds", together, time_zone) == together


def test_lines_and_payments_have_the_day_of_their_order_and_those_without_one_their_own(
    owner: PostgresResource,
) -> None:
    put(owner, ORDERS, (1, 1, "2026-03-01 23:59+00"), (2, 2, "2026-03-04 12:00+00"))
    of_orders = [
        (10, 1, "2026-03-01 23:59+00"),
        (11, 1, "2026-03-02 00:01+00"),  # past midnight
        (12, 1, "2026-03-20 08:00+00"),  # much later
        (13, 2, "2026-03-01 08:00+00"),  # before its order
        (14, 77, "2026-03-02 08:00+00"),  # without one
    ]
    expected = {date(2026, 3, 1): [10, 11, 12], date(2026, 3, 2): [14], date(2026, 3, 4): [13]}
    scattered = Days.parse("2026-02-27 to 2026-03-01, 2026-03-03 to 2026-03-04, 2026-03-20")
    for table in (LINES, "payment_attempts"):
        put(owner, table, *of_orders)
        assert extracted(owner, table, EVERY) == expected
        assert day_by_day(owner, table, [*expected, date(2026, 3, 20)], "UTC") == expected
        assert extracted(owner, table, scattered) == {day: keys for day, keys in expected.items() if day in scattered}
    put(owner, "refunds", *of_orders)
    assert [*extracted(owner, "refunds", EVERY)] == [date(2026, 3, day) for day in (1, 2, 20)]


def test_an_order_that_is_there_twice_has_its_lines_once_on_each_of_its_days(owner: PostgresResource) -> None:
    twice = (1, 1, "2026-03-01 10:00+00")
    put(owner, ORDERS, twice, twice, (1, 1, "2026-03-01 11:00+00"))
    line = (10, 1, "2026-03-01 10:00+00")
    put(owner, LINES, line, line, (11, 1, "2026-03-01 10:00+00"))
    assert extracted(owner, ORDERS, EVERY) == {date(2026, 3, 1): [1, 1, 1]}
    assert extracted(owner, LINES, EVERY) == {date(2026, 3, 1): [10, 10, 11]}
    put(owner, ORDERS, (1, 1, "2026-03-02 10:00+00"))
    assert extracted(owner, LINES, EVERY) == {date(2026, 3, day): [10, 10, 11] for day in (1, 2)}


@pytest.mark.parametrize("value", ["infinity", "-infinity", "10000-01-01 00:00:00+00"])
def test_an_order_of_no_day_is_named_whatever_days_are_asked_for(owner: PostgresResource, value: str) -> None:
    put(owner, ORDERS, (1, 1, "2026-03-01 10:00+00"), (2, 2, value))
    with pytest.raises(PlatformError, match=rf"column created_at is {re.escape(value)} where transaction_id = 2"):
        extracted(owner, ORDERS, Days.of_keys("2026-03-01", "2026-03-01"))
