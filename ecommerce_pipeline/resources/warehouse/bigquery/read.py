"""Reads of a BigQuery table through the Storage API: no job, and only the columns and partitions requested.

The API: https://cloud.google.com/bigquery/docs/reference/storage
"""

from collections.abc import Iterator, Sequence

import pyarrow as pa
from google.cloud.bigquery import TableReference
from google.cloud.bigquery_storage import BigQueryReadClient
from google.cloud.bigquery_storage_v1.types import DataFormat, ReadSession


def read_rows(
    client: BigQueryReadClient, table: TableReference, columns: Sequence[str], rows: str, limit: int | None = None
) -> pa.Table:
    """Return the rows that meet a condition, all or the first few; partitions are pruned by it.

    Args:
        client: A client of the Storage API.
        table: The table.
        columns: The columns to read, in the order wanted.
        rows: The condition, in GoogleSQL.
        limit: Most rows to return; the rest is not transferred.

    Raises:
        google.api_core.exceptions.GoogleAPICallError: The table does not exist, or reading it is not permitted.
    """
    request = ReadSession(
        table=table.to_bqstorage(),
        data_format=DataFormat.ARROW,
        read_options=ReadSession.TableReadOptions(selected_fields=columns, row_restriction=rows),
    )
    session = client.create_read_session(parent=f"projects/{table.project}", read_session=request)
    schema = pa.ipc.read_schema(pa.py_buffer(session.arrow_schema.serialized_schema))
    batches = []
    for batch in _batches(client, session, schema):
        batches.append(batch)
        if limit is not None and sum(map(len, batches)) >= limit:
            break
    return pa.Table.from_batches(batches, schema).select(list(columns)).slice(0, limit)


def _batches(client: BigQueryReadClient, session: ReadSession, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for stream in session.streams:
        for response in client.read_rows(stream.name):
            yield pa.ipc.read_record_batch(pa.py_buffer(response.arrow_record_batch.serialized_record_batch), schema)
