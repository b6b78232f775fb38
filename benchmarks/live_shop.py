"""A shop that sells while it is read: its database has days up to this moment, and an application writes orders to it.

The rows are those of the synthetic shop; the platform that is measured reads them as another shop's, with the role of
`deploy/postgres/extract_role.sql`.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

import psycopg

from benchmarks.graph import Platform
from ecommerce_pipeline.schema.tables import EVENTS, HAPPENED_AT, TABLES, UPDATED_AT, business_key
from ecommerce_pipeline.settings import PROJECT_ROOT, Settings
from ecommerce_pipeline.targets import postgres
from ecommerce_pipeline_tests.support.administration import administration

ROLE: Final = "ecommerce_extract"
CENTS: Final = 100
HOURS_AHEAD: Final = range(-12, 15)
"""The time zones, by hours ahead of UTC."""


def zone_late_in_the_day(left: timedelta, now: datetime) -> str:
    """Return the time zone in which the day is as old as can be, with so much time left.

    >>> zone_late_in_the_day(timedelta(hours=2), datetime(2026, 3, 1, 10, 30, tzinfo=UTC))
    'Etc/GMT-11'
    """

    def until_midnight(ahead: int) -> timedelta:
        local = now.astimezone(UTC) + timedelta(hours=ahead)
        return timedelta(days=1) - timedelta(hours=local.hour, minutes=local.minute, seconds=local.second)

    ahead = min((ahead for ahead in HOURS_AHEAD if until_midnight(ahead) >= left), key=until_midnight)
    # In these names the sign is the other way round: https://data.iana.org/time-zones/tzdb/etcetera
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


@dataclass(frozen=True)
class Order:
    """A marked order: in the sum of its store, its amount is a bit of its own.

    Attributes:
        store: The store.
        amount: A power of two.
        committed: When it was in the database, seconds since the epoch.
    """

    store: int
    amount: int
    committed: float

    def is_in(self, net_cents: int) -> bool:
        """Return whether it is in what the store has sold of marked orders."""
        return bool(net_cents // CENTS & self.amount)


class LiveShop:
    """The shop's database in a folder, with whole days and today until now.

    Attributes:
        platform: The synthetic shop's platform, which owns the embedded server.
        today: The shop's day.
        time_zone: Of its days.
    """

    def __init__(self, folder: Path, *, scale: int, whole_days: int, time_zone: str) -> None:
        self.time_zone = time_zone
        self.today: date = datetime.now(ZoneInfo(time_zone)).date()
        self.first = self.today - timedelta(days=whole_days)
        self._calendar = {"START_DATE": str(self.first), "TIME_ZONE": time_zone, "TODAY": "true"}
        settings = {"SCALE": str(scale), "END_DATE": str(self.today), **self._calendar}
        self.platform = Platform(folder, **settings)
        self.database = postgres(Settings.from_environment(self.platform.environment))
        days = ["--from", str(self.first), "--to", str(self.today)]
        self.platform.call("run", "--job", "ingest", "--only", *days)
        self._random = Random(scale)  # noqa: S311 - what the application sells
        self._password = secrets.token_hex()
        self._take_back_what_comes_later()
        with administration(self.database) as connection:
            connection.execute((PROJECT_ROOT / "deploy/postgres/extract_role.sql").read_bytes())
            connection.execute(f"ALTER ROLE {ROLE} PASSWORD '{self._password}'".encode())

    def settings_of_reader(self) -> dict[str, str]:
        """Return the settings of a platform that reads the shop."""
        address = self.database.address()
        return {
            **self._calendar,
            "SOURCE": "external",
            "POSTGRES_HOST": address.host,
            "POSTGRES_PORT": str(address.port),
            "POSTGRES_DB": address.database,
            "POSTGRES_USER": ROLE,
            "POSTGRES_PASSWORD": self._password,
        }

    def sell(self, number: int) -> Order:
        """Write a paid order of this moment in a store, and one of the same amount online, with its visit."""
        with psycopg.connect(self.database.address().conninfo) as connection:
            stores = [store for (store,) in connection.execute("SELECT store_id FROM ecommerce.stores ORDER BY 1")]
            store, amount = stores[number % len(stores)], 2 ** (number // len(stores))
            self._write_order(connection, amount, channel="store", store_id=store)
            self._write_order(connection, amount, channel="web", store_id=None)
            connection.commit()
            return Order(store, amount, datetime.now(UTC).timestamp())

    def _write_order(self, connection: psycopg.Connection, amount: int, *, channel: str, store_id: int | None) -> None:
        now, customer = datetime.now(UTC), _some_key(connection, "customers", self._random)
        method = _some_key(connection, "payment_methods", self._random)
        row = {"created_at": now, "updated_at": now}
        visit = None
        if store_id is None:
            seen = {"page_views": 3, "product_views": 2, "cart_adds": 1, "checkout_started": True}
            device = {"channel": channel, "device": "desktop", "traffic_source": "direct", "duration_seconds": 60}
            visit = _insert(connection, "sessions", customer_id=customer, **device, **seen, **row)
        sums = {"discount_amount": 0, "shipping_amount": 0, "tax_amount": 0, "total_amount": amount}
        order = {
            "transaction_id": _insert(
                connection,
                "transactions",
                customer_id=customer,
                session_id=visit,
                store_id=store_id,
                channel=channel,
                payment_method_id=method,
                currency="USD",
                line_count=1,
                gross_amount=amount,
                status="paid",
                **sums,
                **row,
            )
        }
        product = {"product_id": _some_key(connection, "products", self._random), "line_number": 1, "quantity": 1}
        _insert(connection, "transaction_items", **order, **product, unit_price=amount, gross_amount=amount, **row)
        paid = {"payment_method_id": method, "attempt_number": 1, "status": "approved"}
        _insert(connection, "payment_attempts", **order, **paid, amount=amount, **row)

    def orders_of_today(self) -> int:
        """Return the number of today's orders."""
        day = "(created_at AT TIME ZONE %s)::date = %s"
        with self.database.connect() as connection:
            query = f"SELECT count(*) FROM ecommerce.transactions WHERE {day}"  # noqa: S608
            [(orders,)] = connection.execute(query.encode(), [self.time_zone, self.today]).fetchall()
        return int(orders)

    def _take_back_what_comes_later(self) -> None:
        """Delete what the synthetic shop has written of the rest of today, and date the changes of the rest now."""
        with psycopg.connect(self.database.address().conninfo, autocommit=True) as connection:
            for name in EVENTS:
                connection.execute(f"DELETE FROM ecommerce.{name} WHERE {HAPPENED_AT} > now()".encode())  # noqa: S608
            for name in TABLES:
                later = f"UPDATE ecommerce.{name} SET {UPDATED_AT} = now() WHERE {UPDATED_AT} > now()"  # noqa: S608
                connection.execute(later.encode())
            connection.execute("VACUUM ANALYZE")


def _insert(connection: psycopg.Connection, table: str, **values: Any) -> int:
    """Insert a row with a new key; return the key."""
    key, columns = business_key(TABLES[table]), ", ".join(values)
    query = (
        f"INSERT INTO ecommerce.{table} ({key}, {columns}) "  # noqa: S608 - names of the contract
        f"SELECT max({key}) + 1, {', '.join(f'%({name})s' for name in values)} FROM ecommerce.{table} RETURNING {key}"
    )
    return int(connection.execute(query.encode(), values).fetchall()[0][0])


def _some_key(connection: psycopg.Connection, table: str, random: Random) -> int:
    query = f"SELECT {business_key(TABLES[table])} FROM ecommerce.{table} ORDER BY 1 LIMIT 1000"  # noqa: S608
    return int(random.choice(connection.execute(query.encode()).fetchall())[0])
