"""PERSONAL_DATA=none: what the extraction reads of persons, and that the digests of the source are of the same."""

from collections.abc import Iterator
from datetime import date
from hashlib import md5, sha256

import duckdb
import pytest

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.quality.digest import digests, read_digests
from ecommerce_pipeline.quality.layers import SourceLayer, layer_digests
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.schema.dialects import DUCKDB
from ecommerce_pipeline.schema.personal import personal_columns
from ecommerce_pipeline.schema.tables import STAGING, TABLES, kind

DAY = Days.parse("2026-03-02")
PERSONS = ("customers", "transactions", "reviews")
PLANTED = "Zq7planted"
ROWS = f"""
    INSERT INTO ecommerce.customers (customer_id, first_name, last_name, email, country, city, birth_date, loyalty_tier,
        marketing_opt_in, updated_at)
    VALUES (7, '{PLANTED}', '{PLANTED}', '{PLANTED}@shop.example', 'DE', 'Ulm', '1987-06-05', 'gold', TRUE, now());
    INSERT INTO ecommerce.transactions (transaction_id, guest_email, channel, discount_amount, shipping_amount,
        tax_amount, other_amount, total_amount, created_at, updated_at)
    VALUES (1, ' {PLANTED}@Shop.example', 'web', 0, 0, 0, 0, 5, '2026-03-02 10:00+00', now()),
        (2, ' ', 'web', 0, 0, 0, 0, 5, '2026-03-02 11:00+00', now()),
        (3, NULL, 'web', 0, 0, 0, 0, 5, '2026-03-02 12:00+00', now());
    INSERT INTO ecommerce.reviews (review_id, rating, title, body, sentiment, created_at, updated_at)
    VALUES (1, 5, '{PLANTED}', 'I am {PLANTED}', 'positive', '2026-03-02 10:00+00', now());
"""
ADDRESS = f"{PLANTED}@shop.example".lower()
GUEST = sha256(ADDRESS.encode()).hexdigest()


@pytest.fixture
def database(owner: PostgresResource) -> Iterator[PostgresResource]:
    """Give a shop with a person in every table that has personal columns, read without personal values."""
    with owner.connect() as connection:
        connection.execute(ROWS.encode())
    yield PostgresResource(embedded_dir=owner.embedded_dir, personal_data="none")
    with owner.connect() as connection:
        connection.execute("DELETE FROM ecommerce.customers")


def test_only_what_the_contract_makes_of_a_personal_value_leaves_the_source(database: PostgresResource) -> None:
    read = {}
    for name in PERSONS:
        days = DAY if kind(TABLES[name]) == "event" else None
        rows = database.extract(TABLES[name], days)[1].read_all()
        assert PLANTED.lower() not in str(rows.to_pydict()).lower()
        read[name] = rows.select([*personal_columns(TABLES[name])]).to_pydict()
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.register("rows_", rows)
            found = connection.execute(digests(DUCKDB, STAGING[name], "rows_", days)).fetchall()
        assert layer_digests(SourceLayer(database), STAGING[name], days) == read_digests(STAGING[name], found)
    assert read == {
        "customers": {"first_name": [None], "last_name": [None], "email": [None], "birth_date": [date(1987, 1, 1)]},
        "transactions": {"guest_email": [GUEST, None, None]},
        "reviews": {"title": [None], "body": [None]},
    }


def test_a_guest_of_the_past_is_known_by_what_models_make_of_the_hash(database: PostgresResource) -> None:
    """By the address itself, each guest who bought before the first loaded day would be a new person."""
    firsts = database.first_orders(date(2026, 3, 3), guests=True, approved=[]).read_all()
    key = md5(GUEST.encode(), usedforsecurity=False).hexdigest()
    assert firsts["person_key"].to_pylist() == [f"guest:{key}"]


def test_with_a_secret_nobody_else_can_test_addresses(
    database: PostgresResource, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "it's a \\ 100% secret"
    monkeypatch.setenv("PERSON_KEY_SECRET", secret)
    guest, *_ = database.extract(TABLES["transactions"], DAY)[1].read_all()["guest_email"].to_pylist()
    assert guest == sha256(f"{secret}{ADDRESS}".encode()).hexdigest() != GUEST


def test_a_birth_date_that_cannot_be_is_reported_by_its_key(
    database: PostgresResource, owner: PostgresResource
) -> None:
    with owner.connect() as connection:
        connection.execute("UPDATE ecommerce.customers SET birth_date = '19870-06-05'")
    for reader in (owner, database):
        with pytest.raises(PlatformError, match="column birth_date is ••• where customer_id = 7, which neither"):
            reader.extract(TABLES["customers"], None)
