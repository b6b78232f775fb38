"""Reading rows of a BigQuery table through its Storage API: no job, no more columns and partitions than are asked for.

The API: https://cloud.google.com/bigquery/docs/reference/storage
"""

from collections.abc import Sequence

import pyarrow as pa
from google.cloud.bigquery import TableReference
from google.cloud.bigquery_storage import BigQueryReadClient
from google.cloud.bigquery_storage_v1.types import DataFormat, ReadSession


def read_rows(client: BigQueryReadClient, table: TableReference, columns: Sequence[str], within: str) -> pa.Table:
    """Return the rows that meet a condition, of its columns in the order given; partitions are pruned by it.

    Raises:
        google.api_core.exceptions.GoogleAPICallError: The table is not there, or may not be read.
    """
    wanted = ReadSession(
        table=table.to_bqstorage(),
        data_format=DataFormat.ARROW,
        read_options=ReadSession.TableReadOptions(selected_fields=columns, row_restriction=within),
    )
    session = client.create_read_session(parent=f"projects/{table.project}", read_session=wanted)
    schema = pa.ipc.read_schema(pa.py_buffer(session.arrow_schema.serialized_schema))
    batches = [
        pa.ipc.read_record_batch(pa.py_buffer(answer.arrow_record_batch.serialized_record_batch), schema)
        for stream in session.streams
        for answer in client.read_rows(stream.name)
    ]
    return pa.Table.from_batches(batches, schema).select(list(columns))
