"""Reads of a BigQuery table through the Storage API: no job, and only the columns and partitions requested.

The API: https://cloud.google.com/bigquery/docs/reference/storage
"""

from collections.abc import Sequence

import pyarrow as pa
from google.cloud.bigquery import TableReference
from google.cloud.bigquery_storage import BigQueryReadClient
from google.cloud.bigquery_storage_v1.types import DataFormat, ReadSession


def read_rows(client: BigQueryReadClient, table: TableReference, columns: Sequence[str], rows: str) -> pa.Table:
    """Return the rows that meet a condition; partitions are pruned by it.

    Args:
        client: A client of the Storage API.
        table: The table.
        columns: The columns to read, in the order wanted.
        rows: The condition, in GoogleSQL.

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
    batches = [
        pa.ipc.read_record_batch(pa.py_buffer(response.arrow_record_batch.serialized_record_batch), schema)
        for stream in session.streams
        for response in client.read_rows(stream.name)
    ]
    return pa.Table.from_batches(batches, schema).select(list(columns))
