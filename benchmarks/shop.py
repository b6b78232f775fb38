"""Our side of the data: the platform's own parts in a folder per size, which make the rows and work on them."""

from collections.abc import Callable, Iterator
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from dagster import PartitionKeyRange, build_output_context

from benchmarks.case import Work
from benchmarks.data import BATCH_ROWS, FIRST_DAY, Data
from ecommerce_pipeline.assets.common import daily
from ecommerce_pipeline.assets.lake import LAYER
from ecommerce_pipeline.assets.source import shop_settings
from ecommerce_pipeline.io_managers.lake import LakeIOManager
from ecommerce_pipeline.lake.objects import LakeObjects
from ecommerce_pipeline.partitions import ONE_DAY
from ecommerce_pipeline.resources.object_store.folder import FolderStore
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.schema.tables import transactions
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.synthetic import generate
from ecommerce_pipeline.targets import lake_store, postgres

DAYS: Final = 30
ORDERS_A_DAY: Final = 550
MOST_SCALE: Final = 1000


def settings_of(data: Data) -> Settings:
    """Return the settings of a platform in the data's folder, of such a size that 30 days have its rows."""
    scale = min(MOST_SCALE, max(1, round(data.rows / DAYS / ORDERS_A_DAY)))
    return Settings.from_environment({"DATA_DIR": str(data.folder), "SCALE": str(scale)})


def database(data: Data) -> PostgresResource:
    """Return the server that holds the rows."""
    return postgres(settings_of(data))


def first_rows(data: Data) -> Iterator[pa.Table]:
    """Generate the orders, day by day from the first, as many as there are to be."""
    shop, day, rows = shop_settings(settings_of(data)), FIRST_DAY, data.rows
    while rows:
        table = generate(shop, transactions.name, day).slice(0, rows)
        rows -= table.num_rows
        day += ONE_DAY
        yield table


def made(rows: int) -> Data:
    """Return the data of so many rows, on a server that runs; make what is not there yet."""
    data = Data(rows)
    data.folder.mkdir(parents=True, exist_ok=True)
    if not data.ready.exists():
        aside = data.ready.with_suffix(".part")
        pq.write_table(pa.concat_tables(first_rows(data)), aside, row_group_size=BATCH_ROWS)
        aside.rename(data.ready)
    server = database(data)
    at = server.address()
    data = Data(rows, f"{at.user}:{at.password}@{at.host}:{at.port}/{at.database}")
    if not data.copied.exists():
        server.create_tables([transactions])
        server.replace_window(transactions, data.window, data.batches())
        with data.connect(autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE ecommerce.transactions")
        aside = data.copied.with_suffix(".part")
        with aside.open("wb") as file:
            for block in data.copied_out():
                file.write(block)
        aside.rename(data.copied)
    if not settings_of(data).lake_dir.exists():
        writing_lake(data, lake_store(settings_of(data)), reading(data))()
    _warm(data)
    return data


def _warm(data: Data) -> None:
    """Read everything once: else the first case waits for the disk, and those after it do not."""
    with data.connect() as connection:
        connection.execute("SET enable_seqscan = off")  # the index as well as the table
        connection.execute("SELECT count(coupon_code) FROM ecommerce.transactions WHERE recorded_at > '-infinity'")
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
    """Prepare to read the rows from the server as lake/transactions does."""
    server, window = database(data), data.window
    return lambda: server.stream(transactions, window)


def writing_lake(data: Data, store: FolderStore, rows: Callable[[], pa.RecordBatchReader]) -> Work:
    """Prepare to write rows as the IO manager of lake/transactions does, without a run of Dagster around it."""
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
    """Return the objects of the rows."""
    return LakeIOManager(store=lake_store(settings_of(data))).find(transactions.name, data.keys)
