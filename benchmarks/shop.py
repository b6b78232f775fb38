"""The platform's side of the data: its own parts, in a folder per size, generate the rows and process them."""

from collections.abc import Callable, Iterator
from typing import Final

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from dagster import PartitionKeyRange, build_output_context

from benchmarks.case import Work
from benchmarks.data import BATCH_ROWS, FIRST_DAY, Data
from ecommerce_pipeline.assets.common import daily
from ecommerce_pipeline.assets.lake import LAYER
from ecommerce_pipeline.assets.stamps import shop_settings
from ecommerce_pipeline.io_managers.lake import LakeIOManager
from ecommerce_pipeline.lake.objects import LakeObjects
from ecommerce_pipeline.partitions import ONE_DAY
from ecommerce_pipeline.resources.embedded_postgres.server import Server
from ecommerce_pipeline.resources.object_store.folder import FolderStore
from ecommerce_pipeline.resources.postgres.address import Address
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.tables import BUSINESS_DATE, GUEST_KEY, STAGING, transactions
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.synthetic import state
from ecommerce_pipeline.synthetic.arrow_columns import deletions_schema
from ecommerce_pipeline.targets import postgres, target_of

DAYS: Final = 30
ORDERS_PER_DAY: Final = 550
MOST_SCALE: Final = 1000


def settings_of(data: Data) -> Settings:
    """Return settings for a platform in the data's folder, scaled so that 30 days have its rows."""
    scale = min(MOST_SCALE, max(1, round(data.rows / DAYS / ORDERS_PER_DAY)))
    return Settings.from_environment({"DATA_DIR": str(data.folder), "SCALE": str(scale)})


def database(data: Data) -> PostgresResource:
    """Return the server that holds the rows."""
    return postgres(settings_of(data))


def first_rows(data: Data) -> Iterator[pa.Table]:
    """Generate the orders, day by day from the first, up to the number of rows, as they are at the end of their day."""
    shop, day, rows = shop_settings(settings_of(data)), FIRST_DAY, data.rows
    while rows:
        table = state(shop, transactions.name, day, day).slice(0, rows)
        table = table.append_column(GUEST_KEY, pa.nulls(table.num_rows, pa.string()))  # guests give no address
        dated = table.append_column(BUSINESS_DATE, pa.repeat(pa.scalar(day, pa.date32()), table.num_rows))
        rows -= table.num_rows
        day += ONE_DAY
        yield dated.cast(arrow_schema(STAGING[transactions.name]))


def prepare_data(rows: int) -> Data:
    """Return the data of a number of rows, on a running server; create what is missing."""
    data = Data(rows)
    data.folder.mkdir(parents=True, exist_ok=True)
    if not data.ready.exists():
        temporary = data.ready.with_suffix(".part")
        pq.write_table(pa.concat_tables(first_rows(data)), temporary, row_group_size=BATCH_ROWS)
        temporary.rename(data.ready)
    server = database(data)
    address = server.address()
    data = Data(rows, _url(address))
    if (embedded := server.embedded()) is not None:
        with psycopg.connect(f"postgresql://{_url(embedded.administrator())}") as administration:
            administration.execute(f"GRANT pg_checkpoint TO {address.user}")
    if not data.copied.exists():
        server.create_tables([transactions])
        server.write(transactions, source_rows(data), no_deletions, data.days)
        with data.connect(autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE ecommerce.transactions")
        temporary = data.copied.with_suffix(".part")
        with temporary.open("wb") as file:
            for block in data.copied_out():
                file.write(block)
        temporary.rename(data.copied)
    if not settings_of(data).lake_dir.exists():
        writing_lake(data, target_of(settings_of(data)).lake, reading(data))()
    _warm(data)
    return data


def source_rows(data: Data) -> pa.RecordBatchReader:
    """Return the rows as a stream, with the columns that the source has."""
    names = [column.name for column in transactions.columns]
    return pa.RecordBatchReader.from_batches(
        arrow_schema(transactions), (batch.select(names) for batch in data.batches())
    )


def no_deletions() -> pa.Table:
    """Return that nothing was deleted."""
    return deletions_schema().empty_table()


def _url(login: Address | Server) -> str:
    return f"{login.user}:{login.password}@{login.host}:{login.port}/{login.database}"


def _warm(data: Data) -> None:
    """Read everything once: otherwise only the first case would wait for the disk."""
    with data.connect() as connection:
        connection.execute("SET enable_seqscan = off")  # reads the index as well as the table
        connection.execute("SELECT count(coupon_code) FROM ecommerce.transactions WHERE created_at > '-infinity'")
    for file in (data.ready, data.copied, *settings_of(data).lake_dir.rglob("*.parquet")):
        with file.open("rb") as blocks:
            while blocks.read(1 << 20):
                pass


def stop(data: Data) -> None:
    """Stop the server."""
    embedded = database(data).embedded()
    if embedded is not None:
        embedded.stop()


def reading(data: Data) -> Callable[[], pa.RecordBatchReader]:
    """Return a function that reads the rows from the server as lake/transactions does."""
    server, days = database(data), data.days
    return lambda: server.extract(transactions, days)[1]


def writing_lake(data: Data, store: FolderStore, rows: Callable[[], pa.RecordBatchReader]) -> Work:
    """Return work that writes rows as the IO manager of lake/transactions does, without a Dagster run."""
    manager, days = LakeIOManager(store=store), data.keys
    context = build_output_context(
        asset_key=[LAYER, transactions.name],
        asset_partitions_def=daily(settings_of(data)),
        asset_partition_key_range=PartitionKeyRange(days[0], days[-1]),
    )

    def work() -> int:
        manager.handle_output(context, rows())
        return manager.find(transactions.name, days).rows

    return work


def lake(data: Data) -> LakeObjects:
    """Return the lake objects of the rows."""
    return LakeIOManager(store=target_of(settings_of(data)).lake).find(transactions.name, data.keys)
