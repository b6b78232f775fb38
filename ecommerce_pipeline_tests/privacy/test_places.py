"""Lake and warehouse of both targets, and the source, make the same of the rows of forgotten persons."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.privacy.places import LakePlace, WarehousePlace
from ecommerce_pipeline.resources.forgotten.persons import Forgotten, Person, read_forgotten, write_forgotten
from ecommerce_pipeline.resources.object_store.base import ObjectStore
from ecommerce_pipeline.resources.object_store.folder import FolderStore
from ecommerce_pipeline.resources.warehouse import Warehouse, Writer
from ecommerce_pipeline.resources.warehouse.bigquery.warehouse import BigQueryWarehouse
from ecommerce_pipeline.resources.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.tables import STAGING, first_orders

SECRET = "it's a \\ 100% secret"
GUEST = "Ana.Lima@Shop.example "
HASHED = sha256(f"{SECRET}ana.lima@shop.example".encode()).hexdigest()
DAYS = Days.parse("2026-03-01, 2026-03-02")
PERSON = Person(frozenset({"7"}), frozenset({GUEST}), frozenset({"Ana Lima"}))


def rows_of(name: str) -> pa.Table:
    """Return rows of the person, of others, and of some that are older than the rest."""
    table = first_orders if name == first_orders.name else STAGING[name]
    values: list[dict[str, Any]] = {
        "customers": [
            _customer(7, "Ana", None, "ana@x.de", date(1987, 6, 5)),
            _customer(8, "Bo", "Ek", "bo@x.de", date(1988, 6, 5)),
        ],
        "transactions": [
            {"transaction_id": 1, "guest_email": GUEST, "guest_key": HASHED, "day": 1},
            {"transaction_id": 2, "guest_email": "bo@x.de", "day": 2},
            {"transaction_id": 3, "customer_id": 7, "guest_email": None, "day": 2},
            {"transaction_id": 4, "customer_id": 7, "guest_email": "other@x.de", "day": 2},
        ],
        "reviews": [
            {"review_id": 1, "customer_id": 7, "title": None, "body": "I, Ana", "day": 1},
            {"review_id": 2, "customer_id": None, "title": "Fine", "body": None, "day": 2},
        ],
        "first_orders": [
            {"person_key": f"guest:{HASHED}", "channel": "web"},
            {"person_key": "customer:7", "channel": "web"},
        ],
    }[name]
    schema = arrow_schema(table)
    return pa.Table.from_pylist([_filled(schema, row) for row in values], schema=schema)


def _customer(key: int, first: str, last: str | None, email: str, born: date) -> dict[str, Any]:
    return {"customer_id": key, "first_name": first, "last_name": last, "email": email, "birth_date": born}


def _filled(schema: pa.Schema, row: dict[str, Any]) -> dict[str, Any]:
    day = row.get("day", 2)
    filled = {}
    for field in schema:
        value: Any = None
        if field.name in row:
            value = row[field.name]
        elif field.name == "business_date":
            value = date(2026, 3, day)
        elif pa.types.is_timestamp(field.type):
            value = datetime(2026, 3, day, 12, tzinfo=UTC)
        elif not field.nullable:
            value = "web" if pa.types.is_string(field.type) else Decimal(1) if pa.types.is_decimal(field.type) else 1
            value = True if pa.types.is_boolean(field.type) else value
        filled[field.name] = value
    return filled


@dataclass(frozen=True)
class Built:
    """A lake and a warehouse with the rows."""

    lake: ObjectStore
    warehouse: Warehouse

    def load(self) -> None:
        for name in ("customers", "transactions", "reviews", "first_orders"):
            rows = rows_of(name)
            daily = "business_date" in rows.column_names
            parts = {
                f"{name}/date={day}/part-0.parquet": rows.filter(pa.compute.equal(rows["business_date"], day))
                for day in (DAYS if daily else ())
            } or {f"{name}/part-0.parquet": rows}
            for path, part in parts.items():
                with self.lake.writing(path) as file:
                    pq.write_table(part, file)
            table = first_orders if name == first_orders.name else STAGING[name]
            self.warehouse.replace(
                table,
                "staging",
                [self.lake.uri(path) for path in parts],
                rows.num_rows,
                days=DAYS if daily else None,
                writer=Writer(f"staging/{name}", "run"),
            )

    def values(self, name: str, *columns: str) -> tuple[list[Any], list[Any]]:
        """Return the rows of a table in the lake, and those in the warehouse."""
        tables = []
        for path in self.lake.sizes():
            if path.startswith(f"{name}/"):
                with self.lake.reading(path) as file:
                    tables.append(pq.read_table(file))
        table = first_orders if name == first_orders.name else STAGING[name]
        lake, staging = pa.concat_tables(tables), self.warehouse.read(table, "staging", None, list(columns))
        assert lake.schema.equals(arrow_schema(table))
        rows = [
            sorted((tuple(row.values()) for row in one.select(list(columns)).to_pylist()), key=repr)
            for one in (lake, staging)
        ]
        return rows[0], rows[1]


@pytest.fixture(params=["local", "gcp"])
def built(request: pytest.FixtureRequest, tmp_path: Path) -> Built:
    if request.param == "local":
        lake = FolderStore(folder=str(tmp_path / "lake"))
        made = Built(lake, DuckDBWarehouse(path=str(tmp_path / "warehouse.duckdb")))
    else:
        request.getfixturevalue("bigquery_client")
        project = request.getfixturevalue("project")
        warehouse = BigQueryWarehouse(project=project, location="US", datasets={"staging": "shop_staging"})
        made = Built(request.getfixturevalue("gcs_store"), warehouse)
    made.load()
    return made


def remove(built: Built, forgotten: Forgotten) -> list[int]:
    """Remove persons from lake and warehouse, and return the finds before, those removed, and the finds after."""
    counts = []
    for place in (LakePlace(built.lake, forgotten), WarehousePlace(built.warehouse, forgotten)):
        found = sum(count for _, count in place.find())
        removed = sum(count for _, count in place.remove())
        counts += [found, removed, sum(count for _, count in place.find())]
    return counts


def test_rows_of_a_person_become_what_the_contract_says_in_lake_and_warehouse(built: Built) -> None:
    forgotten = Forgotten((), SECRET)
    forgotten = Forgotten((forgotten.entry(PERSON, "2026-03-03", "counsel"),), SECRET)
    # A customer, an order by address, an order of the customer, a review.
    assert remove(built, forgotten) == [4, 4, 0, 4, 4, 0]
    for found in built.values("customers", "customer_id", "first_name", "last_name", "email", "birth_date"):
        assert found == [
            (7, None, None, None, date(1987, 1, 1)),
            (8, "Bo", "Ek", "bo@x.de", date(1988, 6, 5)),
        ]
    for found in built.values("transactions", "transaction_id", "customer_id", "guest_email", "guest_key"):
        assert found == [(1, None, None, HASHED), (2, None, "bo@x.de", None), (3, 7, None, None), (4, 7, None, None)]
    for found in built.values("reviews", "review_id", "title", "body"):
        assert found == [(1, None, None), (2, "Fine", None)]
    for found in built.values("first_orders", "person_key"):
        assert found == [("customer:7",), (f"guest:{HASHED}",)], "a pseudonym stays"


def test_values_that_are_older_than_is_kept_go_whoever_s_they_are(built: Built) -> None:
    forgotten = Forgotten((), SECRET, "2026-03-02T00:00:00+00:00")
    assert remove(built, forgotten) == [2, 2, 0, 2, 2, 0]
    for found in built.values("transactions", "transaction_id", "guest_email", "guest_key"):
        assert found == [(1, None, HASHED), (2, "bo@x.de", None), (3, None, None), (4, "other@x.de", None)]
    for found in built.values("reviews", "review_id", "title", "body"):
        assert found == [(1, None, None), (2, "Fine", None)]


def test_a_list_that_was_made_with_another_secret_is_refused(tmp_path: Path) -> None:
    store = FolderStore(folder=str(tmp_path))
    forgotten = read_forgotten(store, SECRET)
    entry = forgotten.entry(PERSON, "2026-03-03", "counsel")
    write_forgotten(store, Forgotten((entry,), SECRET))
    assert read_forgotten(store, SECRET).entries == (entry,)
    content = (tmp_path / "_shop" / "forgotten.json").read_text()
    assert not [value for value in ("Ana", "Lima", "shop.example", SECRET) if value.lower() in content.lower()]
    with pytest.raises(Exception, match=r"1 forgotten persons .* Set the one with which"):
        read_forgotten(store, "7f3a-a-new-one")


def test_a_list_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    """It has the keys of guests that forgetting replaced, when they were hashes without a secret."""
    store, path = FolderStore(folder=str(tmp_path)), tmp_path / "_shop" / "forgotten.json"
    entry = Forgotten((), SECRET).entry(PERSON, "2026-03-03", "counsel")
    write_forgotten(store, Forgotten((entry,), SECRET))
    content = json.loads(path.read_text())
    content["persons"][0]["person_keys"] = {"old": "new"}
    path.write_text(json.dumps(content))
    assert read_forgotten(store, SECRET).entries == (entry,)
