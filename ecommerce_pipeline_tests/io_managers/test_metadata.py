"""The metadata of materializations, which Dagster's event log keeps for good."""

import pyarrow as pa

from ecommerce_pipeline.io_managers.metadata import column_schema, preview
from ecommerce_pipeline.schema.tables import customers


def test_a_preview_masks_personal_values_and_shows_where_there_is_none() -> None:
    """The UI showed five customers by name to everybody, for as long as the event log is kept."""
    rows = pa.table({"customer_id": [1, 2], "email": ["ann@shop.example", None], "birth_date": ["1990-05-01", None]})
    assert str(preview(rows).value).splitlines()[2:] == ["| 1 | ••• | ••• |", "| 2 |  |  |"]


def test_columns_in_the_catalog_say_what_becomes_of_personal_values() -> None:
    tags = {column.name: column.tags for column in column_schema(customers).columns}
    assert (tags["email"], tags["birth_date"], tags["country"]) == ({"personal": "drop"}, {"personal": "year"}, {})
