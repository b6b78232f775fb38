"""The BigQuery warehouse on the emulator, with Google's real client."""

import io
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
import pytest
from google.cloud import bigquery, storage
from sqlalchemy import BigInteger, Text

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.warehouse import Writer
from ecommerce_pipeline.resources.warehouse.bigquery.tables import contract_table
from ecommerce_pipeline.resources.warehouse.bigquery.warehouse import BigQueryWarehouse
from ecommerce_pipeline.resources.warehouse.evolve import contract_columns, follow
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.dialects import within
from ecommerce_pipeline.schema.tables import STAGING, TABLES
from ecommerce_pipeline_tests.resources.conftest import Load, keys
from ecommerce_pipeline_tests.support.emulators import BigQueryEmulator
from ecommerce_pipeline_tests.support.faults import Proxy
from ecommerce_pipeline_tests.support.rows import instants, staged_lines

LINES = STAGING["transaction_items"]


def test_rerunning_a_day_replaces_it_and_leaves_its_neighbours_alone(warehouse: BigQueryWarehouse, load: Load) -> None:
    first = staged_lines(instants("2026-03-01", 5) + instants("2026-03-02", 5) + instants("2026-03-03", 5))
    load(first, ["2026-03-01 to 2026-03-03"])
    second = staged_lines(instants("2026-03-02", 2), first_key=100)
    for _ in range(2):
        load(second, ["2026-03-02"])
    assert len(keys(warehouse, "2026-03-01")) == 5
    assert keys(warehouse, "2026-03-02") == [100, 101]
    assert len(keys(warehouse, "2026-03-03")) == 5
    load(staged_lines(instants("2026-03-01", 1) + instants("2026-03-03", 2)), ["2026-03-01", "2026-03-03"])
    assert [keys(warehouse, f"2026-03-0{day}") for day in (1, 2, 3)] == [[1], [100, 101], [2, 3]]


def test_the_storage_api_reads_only_the_columns_and_days_requested_without_a_job(
    warehouse: BigQueryWarehouse,
    load: Load,
    bigquery_proxy: Proxy,
    bigquery_server: BigQueryEmulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BIGQUERY_STORAGE_EMULATOR_HOST", bigquery_server.storage_api)
    load(staged_lines(instants("2026-03-01", 5) + instants("2026-03-02", 3)), ["2026-03-01", "2026-03-02"])
    loads = len(bigquery_proxy.requests)
    days = {day: Days.of_keys(day, day) for day in ("2026-03-01", "2026-03-02", "2026-03-03")}
    columns = ["unit_price", "transaction_item_id"]
    read = {day: warehouse.read(LINES, "staging", window, columns) for day, window in days.items()}
    assert [rows.num_rows for rows in read.values()] == [5, 3, 0]
    assert all(rows.column_names == columns for rows in read.values())
    assert sorted(read["2026-03-02"]["transaction_item_id"].to_pylist()) == [6, 7, 8]
    whole = warehouse.read(LINES, "staging", None)
    assert (whole.num_rows, whole.column_names) == (8, list(LINES.columns.keys()))
    assert len(bigquery_proxy.requests) == loads
    key = ("staging", "transaction_items")
    head = warehouse.heads({key: within(days["2026-03-02"])}, 2)[key]
    assert head["transaction_item_id"].to_pylist() == [6, 7]
    with pytest.raises(PlatformError, match="doctor"):
        warehouse.read(STAGING["transactions"], "staging", days["2026-03-01"])


def test_an_empty_first_load_creates_the_table_and_leaves_no_load_table(
    warehouse: BigQueryWarehouse, load: Load, bigquery_client: bigquery.Client
) -> None:
    load(staged_lines([]), ["2026-03-01"])
    assert [table.table_id for table in bigquery_client.list_tables("shop_staging")] == ["transaction_items"]
    assert keys(warehouse, "2026-03-01") == []


def test_rows_of_other_days_are_rejected_and_nothing_changes(warehouse: BigQueryWarehouse, load: Load) -> None:
    load(staged_lines(instants("2026-03-01", 3)), ["2026-03-01"])
    stray = staged_lines(instants("2026-03-01", 1) + instants("2026-03-02", 1))
    with pytest.raises(PlatformError, match="1 of the 2 rows in the objects are not of the run's days"):
        load(stray, ["2026-03-01"])
    assert len(keys(warehouse, "2026-03-01")) == 3


def test_a_table_follows_the_contract_where_nothing_is_lost(
    warehouse: BigQueryWarehouse, load: Load, bigquery_client: bigquery.Client
) -> None:
    """The emulator's metadata keep the old columns: rows show the new ones, and the same change is made again."""
    load(staged_lines(instants("2026-03-01", 3)), ["2026-03-01"])
    table = ("staging", "transaction_items")
    defined = {**contract_columns(LINES), "gift_note": (Text(), True)}
    defined |= {"line_number": (BigInteger(), True)}
    for _ in range(2):
        [change] = follow(warehouse, {table: defined}).values()
        assert str(change) == ("column gift_note (text) is new; column line_number may be null")
    warehouse.query(
        "INSERT INTO shop_staging.transaction_items (transaction_item_id, quantity, gift_note, business_date) "
        "VALUES (9, NUMERIC '0.25', 'for you', DATE '2026-03-01')"
    )
    rows = warehouse.query(
        "SELECT quantity, line_number, gift_note FROM shop_staging.transaction_items ORDER BY quantity LIMIT 2"
    )
    assert [tuple(row.values()) for row in rows.to_pylist()] == [
        (Decimal("0.25"), None, "for you"),
        (Decimal(2), 1, None),
    ]


def test_event_tables_are_partitioned_clustered_described_and_require_a_partition_filter() -> None:
    reference = bigquery.TableReference.from_string("project.staging.transaction_items")
    table = contract_table(LINES, "staging", reference)
    assert table.time_partitioning.field == "business_date"
    assert table.require_partition_filter
    assert table.clustering_fields == ["transaction_item_id"]
    assert all(field.description for field in table.schema)
    assert not contract_table(TABLES["stores"], "staging", reference).time_partitioning


def test_columns_with_personal_values_have_the_policy_tag_also_in_a_table_that_is_there(
    warehouse: BigQueryWarehouse, bigquery_proxy: Proxy, bucket: storage.Bucket
) -> None:
    """The emulator keeps no tags: what it is sent is compared."""
    tag = "projects/shop/locations/us/taxonomies/1/policyTags/2"
    tagged = BigQueryWarehouse(project=warehouse.project, location="US", datasets=warehouse.datasets, policy_tag=tag)
    reviews = STAGING["reviews"]
    rows = arrow_schema(reviews).empty_table()
    parquet = io.BytesIO()
    pq.write_table(rows, parquet)
    bucket.blob("reviews.parquet").upload_from_string(parquet.getvalue())
    for one in (warehouse, tagged):
        bigquery_proxy.requests.clear()
        one.replace(
            reviews,
            "staging",
            [f"gs://{bucket.name}/reviews.parquet"],
            0,
            days=Days.parse("2026-03-01"),
            writer=Writer("staging/reviews", f"run {one.policy_tag}"),
        )
    sent = [json.loads(request.body) for request in bigquery_proxy.requests if request.method in {"PATCH", "POST"}]
    schemas = [
        found["schema"]["fields"] for found in _objects(sent) if "schema" in found and "fields" in found["schema"]
    ]
    # The table that is there, the one of the load, and the load itself.
    assert len(schemas) == 3
    for fields in schemas:
        tags = {field["name"]: field["policyTags"]["names"] for field in fields if field.get("policyTags")}
        assert tags == {"title": [tag], "body": [tag]}


def _objects(values: object) -> Iterator[dict[str, Any]]:
    """Yield the objects in JSON at any depth."""
    if isinstance(values, dict):
        yield values
    for value in values.values() if isinstance(values, dict) else values if isinstance(values, list) else ():
        yield from _objects(value)


def test_a_table_that_is_set_aside_keeps_its_rows_and_makes_room_for_a_new_one(
    warehouse: BigQueryWarehouse, load: Load, bigquery_client: bigquery.Client
) -> None:
    load(staged_lines(instants("2026-03-01", 3)), ["2026-03-01"])
    address = warehouse.set_aside(("staging", "transaction_items"), "_old")
    assert address == f"bigquery://{warehouse.project}.shop_staging._old"
    load(staged_lines(instants("2026-03-01", 2)), ["2026-03-01"])
    assert bigquery_client.get_table("shop_staging._old").time_partitioning.field == "business_date"
    counts = [
        warehouse.query(f"SELECT count(*) AS rows_ FROM shop_staging.{name}") for name in ("_old", "transaction_items")
    ]
    assert [count["rows_"][0].as_py() for count in counts] == [3, 2]
