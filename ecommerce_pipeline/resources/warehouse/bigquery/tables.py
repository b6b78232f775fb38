"""BigQuery's tables: tables derived from the contract, and columns that follow a new definition."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from google.api_core.exceptions import NotFound
from google.cloud import bigquery
from sqlalchemy import Table

from ecommerce_pipeline.schema.bigquery import bigquery_fields, bigquery_name, clustering, postgres_name
from ecommerce_pipeline.schema.drift import Found
from ecommerce_pipeline.schema.evolution import Evolution, alter_table
from ecommerce_pipeline.schema.tables import BUSINESS_DATE, kind

LABELS = {"platform": "ecommerce_pipeline"}
LOAD_TABLE_LIFE = timedelta(hours=6)
"""A load table that a killed run leaves behind expires after this time; a load takes minutes."""


def contract_fields(table: Table, policy_tag: str | None = None) -> list[bigquery.SchemaField]:
    """Return the table's columns in the types of BigQuery's client; those with personal values have the policy tag."""
    return [bigquery.SchemaField.from_api_repr(field) for field in bigquery_fields(table, policy_tag)]


def contract_table(
    table: Table, layer: str, reference: bigquery.TableReference, policy_tag: str | None = None
) -> bigquery.Table:
    """Return the definition of a table of the contract: events are partitioned by business day, clustered by key."""
    wanted = bigquery.Table(reference, schema=contract_fields(table, policy_tag))
    delivered = " As delivered, with duplicates and broken rows." if layer == "staging" else ""
    wanted.description = f"{table.comment}{delivered}"
    wanted.labels = {**LABELS, "layer": layer}
    if kind(table) == "event":
        wanted.time_partitioning = bigquery.TimePartitioning(field=BUSINESS_DATE)
        wanted.require_partition_filter = True
        wanted.clustering_fields = clustering(table)
    return wanted


def ensure(client: bigquery.Client, wanted: bigquery.Table, *, location: str) -> None:
    """Create the table and its dataset if they do not exist; a table that does gets the policy tags that it lacks."""
    try:
        found = client.get_table(wanted.reference)
        tags = {field.name: field.policy_tags for field in wanted.schema if field.policy_tags}
        lacking = [field.name for field in found.schema if field.name in tags and field.policy_tags != tags[field.name]]
        if lacking:
            found.schema = [
                bigquery.SchemaField.from_api_repr(
                    {**field.to_api_repr(), "policyTags": tags[field.name].to_api_repr()}
                    if field.name in lacking
                    else field.to_api_repr()
                )
                for field in found.schema
            ]
            client.update_table(found, ["schema"])
    except NotFound:
        dataset = bigquery.Dataset(f"{wanted.project}.{wanted.dataset_id}")
        dataset.location = location
        client.create_dataset(dataset, exists_ok=True)
        client.create_table(wanted, exists_ok=True)


def columns_of(client: bigquery.Client, reference: bigquery.TableReference) -> dict[str, Found]:
    """Return the columns of a table by name, with PostgreSQL's names of types; none if it does not exist."""
    try:
        fields = client.get_table(reference).schema
    except NotFound:
        return {}
    return {
        field.name: Found(postgres_name(field.field_type, field.precision, field.scale), field.mode == "NULLABLE")
        for field in fields
    }


def change_statements(reference: bigquery.TableReference, change: Evolution) -> list[str]:
    """Return the statements of a change without loss; an integer that gets decimals becomes a NUMERIC without limits.

    Each is atomic, and can be run again.
    """
    added = {name: bigquery_name(type_) for name, type_ in change.added.items()}
    widened = {
        name: (old, "NUMERIC" if old == "bigint" else bigquery_name(new)) for name, (old, new) in change.widened.items()
    }
    return alter_table(f"`{reference}`", Evolution(added, widened, change.relaxed), set_type="SET DATA TYPE")


def load_table(
    client: bigquery.Client, dataset: str, name: str, fields: Sequence[bigquery.SchemaField]
) -> bigquery.TableReference:
    """Create the temporary table into which objects are loaded before they replace rows; it expires."""
    table = bigquery.Table(f"{client.project}.{dataset}.{name}", schema=fields)
    table.expires = datetime.now(UTC) + LOAD_TABLE_LIFE
    table.labels = {**LABELS, "layer": "load"}
    client.create_table(table, exists_ok=True)
    return bigquery.TableReference.from_string(f"{client.project}.{dataset}.{name}")
