"""What the extraction reads of persons, and that the digests of the source are of the same."""

from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.quality.digest import digests, read_digests
from ecommerce_pipeline.quality.layers import SourceLayer, layer_digests
from ecommerce_pipeline.resources.forgotten.persons import Forgotten, Person, write_forgotten
from ecommerce_pipeline.resources.object_store.folder import FolderStore
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
SECRET = "it's a \\ 100% secret"
ADDRESS = f"{PLANTED}@shop.example".lower()
GUEST = sha256(f"{SECRET}{ADDRESS}".encode()).hexdigest()


@pytest.fixture
def database(owner: PostgresResource, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostgresResource]:
    """Give a shop with a person in every table that has personal columns, read without personal values."""
    monkeypatch.setenv("PERSON_KEY_SECRET", SECRET)
    with owner.connect() as connection:
        connection.execute(ROWS.encode())
    yield PostgresResource(embedded_dir=owner.embedded_dir, personal_data="none")
    with owner.connect() as connection:
        connection.execute("DELETE FROM ecommerce.customers")


def extracted(database: PostgresResource, name: str) -> pa.Table:
    """Return the rows of a table, of which the source has the same digests."""
    days = DAY if kind(TABLES[name]) == "event" else None
    rows = database.extract(TABLES[name], days)[1].read_all()
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("rows_", rows)
        found = connection.execute(digests(DUCKDB, STAGING[name], "rows_", days)).fetchall()
    assert layer_digests(SourceLayer(database), STAGING[name], days) == read_digests(STAGING[name], found)
    return rows


def forgetting(owner: PostgresResource, folder: Path) -> PostgresResource:
    """Return the database as it is read once the guest is forgotten."""
    lake, forgotten = FolderStore(folder=str(folder)), Forgotten((), SECRET)
    entry = forgotten.entry(Person(addresses=frozenset({ADDRESS})), "2026-03-03", "counsel")
    write_forgotten(lake, Forgotten((entry,), SECRET))
    return PostgresResource(embedded_dir=owner.embedded_dir, lake=lake)


def test_only_what_the_contract_makes_of_a_personal_value_leaves_the_source(database: PostgresResource) -> None:
    read = {}
    for name in PERSONS:
        rows = extracted(database, name)
        assert PLANTED.lower() not in str(rows.to_pydict()).lower()
        read[name] = rows.select([*personal_columns(TABLES[name])]).to_pydict()
    assert read == {
        "customers": {"first_name": [None], "last_name": [None], "email": [None], "birth_date": [date(1987, 1, 1)]},
        "transactions": {"guest_email": [None, None, None]},
        "reviews": {"title": [None], "body": [None]},
    }


def test_a_guest_has_the_same_pseudonym_kept_hidden_or_forgotten(
    owner: PostgresResource, database: PostgresResource, tmp_path: Path
) -> None:
    """It was an MD5 of the address, without a key and of the hash where the address was hidden."""
    kept, forgotten = PostgresResource(embedded_dir=owner.embedded_dir), forgetting(owner, tmp_path)
    for reader, address in ((kept, f" {PLANTED}@Shop.example"), (database, None), (forgotten, None)):
        rows = extracted(reader, "transactions")
        assert rows["guest_email"][0].as_py() == address
        assert rows["guest_key"].to_pylist() == [GUEST, None, None]
        firsts = reader.first_orders(date(2026, 3, 3), guests=True, approved=[]).read_all()
        assert firsts["person_key"].to_pylist() == [f"guest:{GUEST}"]


def test_a_column_that_the_shop_calls_like_the_pseudonym_is_not_read(
    owner: PostgresResource, database: PostgresResource
) -> None:
    """It could be an address, or a hash of it without a key."""
    with owner.connect() as connection:
        connection.execute(f"ALTER TABLE ecommerce.transactions ADD COLUMN guest_key text DEFAULT '{PLANTED}'".encode())
    try:
        assert extracted(database, "transactions")["guest_key"].to_pylist() == [GUEST, None, None]
    finally:
        with owner.connect() as connection:
            connection.execute("ALTER TABLE ecommerce.transactions DROP COLUMN guest_key")


def test_a_birth_date_that_cannot_be_is_reported_by_its_key(
    database: PostgresResource, owner: PostgresResource
) -> None:
    with owner.connect() as connection:
        connection.execute("UPDATE ecommerce.customers SET birth_date = '19870-06-05'")
    for reader in (owner, database):
        with pytest.raises(PlatformError, match="column birth_date is ••• where customer_id = 7, which neither"):
            reader.extract(TABLES["customers"], None)
