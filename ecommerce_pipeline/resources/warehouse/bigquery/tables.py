"""BigQuery's staging tables, derived from the contract: created, extended by nullable columns, or rejected."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from google.api_core.exceptions import Conflict, NotFound, PreconditionFailed
from google.cloud import bigquery
from sqlalchemy import Table

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.schema.bigquery import bigquery_fields, clustering
from ecommerce_pipeline.schema.tables import WRITTEN_AT, kind

LABELS = {"platform": "ecommerce_pipeline"}
LOAD_TABLE_LIFE = timedelta(hours=6)
"""A load table that a killed run leaves behind expires after this time; a load takes minutes."""


def contract_fields(table: Table) -> list[bigquery.SchemaField]:
    """Return the table's columns in the types of BigQuery's client."""
    return [bigquery.SchemaField.from_api_repr(field) for field in bigquery_fields(table)]


def staging_table(table: Table, reference: bigquery.TableReference) -> bigquery.Table:
    """Return the definition of a staging table: events are partitioned by written day and clustered by key."""
    wanted = bigquery.Table(reference, schema=contract_fields(table))
    wanted.description = f"{table.comment} As delivered, with duplicates and broken rows."
    wanted.labels = {**LABELS, "layer": "staging"}
    if kind(table) == "event":
        wanted.time_partitioning = bigquery.TimePartitioning(field=WRITTEN_AT)
        wanted.require_partition_filter = True
        wanted.clustering_fields = clustering(table)
    return wanted


def ensure(client: bigquery.Client, wanted: bigquery.Table, *, location: str) -> None:
    """Create the table and its dataset if they do not exist, or add missing nullable columns.

    Raises:
        PlatformError: The table differs in another way; the message names the differences.
    """
    try:
        found = client.get_table(wanted.reference)
    except NotFound:
        dataset = bigquery.Dataset(f"{wanted.project}.{wanted.dataset_id}")
        dataset.location = location
        client.create_dataset(dataset, exists_ok=True)
        try:
            client.create_table(wanted)
            return
        except Conflict:  # another run has created it
            found = client.get_table(wanted.reference)
    try:
        _add_columns(client, found, wanted)
    except PreconditionFailed:  # changed since: by another run, or by this one if the response was lost
        _add_columns(client, client.get_table(wanted.reference), wanted)


def _add_columns(client: bigquery.Client, found: bigquery.Table, wanted: bigquery.Table) -> None:
    added = new_columns(found.schema, wanted.schema, f"{wanted.dataset_id}.{wanted.table_id}")
    if added:
        found.schema = [*found.schema, *added]
        client.update_table(found, ["schema"])


def new_columns(
    found: Sequence[bigquery.SchemaField], wanted: Sequence[bigquery.SchemaField], name: str
) -> list[bigquery.SchemaField]:
    """Return the columns that are missing in a table.

    Raises:
        PlatformError: The table has other columns or types, or a missing column must not be null.
    """
    existing = {field.name: field for field in found}
    required = {field.name: field for field in wanted}
    differences = [f"column {column} is not in the contract" for column in existing if column not in required]
    for column, field in required.items():
        if column in existing and not _fits(existing[column], field):
            differences.append(f"column {column} is {_kind(existing[column])}, the contract says {_kind(field)}")
        if column not in existing and field.mode != "NULLABLE":
            differences.append(f"column {column} is missing and must not be null")
    if differences:
        raise PlatformError(
            f"the table {name} differs from the contract: {'; '.join(differences)}. Only nullable columns are added "
            "automatically: change the table by hand, or drop it and materialize its days again"
        )
    return [field for column, field in required.items() if column not in existing]


def load_table(
    client: bigquery.Client, dataset: str, name: str, fields: Sequence[bigquery.SchemaField]
) -> bigquery.TableReference:
    """Create the temporary table into which objects are loaded before they replace rows; it expires."""
    table = bigquery.Table(f"{client.project}.{dataset}.{name}", schema=fields)
    table.expires = datetime.now(UTC) + LOAD_TABLE_LIFE
    table.labels = {**LABELS, "layer": "load"}
    client.create_table(table, exists_ok=True)
    return bigquery.TableReference.from_string(f"{client.project}.{dataset}.{name}")


def _fits(found: bigquery.SchemaField, wanted: bigquery.SchemaField) -> bool:
    """Return whether a column has the type wanted, or is a NUMERIC without precision, which holds every NUMERIC."""
    unlimited = bigquery.SchemaField(found.name, wanted.field_type, wanted.mode)
    return _kind(found) in {_kind(wanted), _kind(unlimited)}


def _kind(field: bigquery.SchemaField) -> str:
    """Return type and mode as text, with one of the two names that BigQuery has for most types."""
    names = {"INT64": "INTEGER", "BOOL": "BOOLEAN", "DECIMAL": "NUMERIC", "FLOAT64": "FLOAT"}
    size = f"({field.precision},{field.scale})" if field.precision else ""
    null = "" if field.mode == "NULLABLE" else " not null"
    return f"{names.get(field.field_type, field.field_type)}{size}{null}"
