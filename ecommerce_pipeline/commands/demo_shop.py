"""`demo-shop`: fill the embedded PostgreSQL with an application's tables, which hold the synthetic shop's orders.

It tries the way of one's own database without one. Rows that an application's keys would not admit are not planted.
"""

from dataclasses import replace
from functools import partial

import pyarrow as pa

from ecommerce_pipeline.assets.stamps import shop_settings
from ecommerce_pipeline.commands.output import Output
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.mapping.mapping import mapping_of
from ecommerce_pipeline.mapping.packs import SHOPS
from ecommerce_pipeline.partitions import ONE_DAY, Days, Window
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.keys import use_keys
from ecommerce_pipeline.schema.tables import DIMENSIONS, TABLES
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.synthetic import ShopSettings, deleted, snapshot, written
from ecommerce_pipeline.targets import postgres


def demo_shop_command(settings: Settings, name: str, output: Output) -> None:
    """Fill the database, unless it has the application's tables already.

    Raises:
        PlatformError: There is no such demo, or POSTGRES_HOST names a database, which is left alone.
    """
    folder = SHOPS / name / "demo"
    if not folder.is_dir():
        known = ", ".join(sorted(path.parent.name for path in SHOPS.glob("*/demo")))
        raise PlatformError(f"demo-shop {name}: there is no such demo; there are {known}")
    if settings.postgres_host:
        raise PlatformError(
            f"demo-shop {name}: POSTGRES_HOST={settings.postgres_host} names a database, which is left alone: unset "
            "it, and the embedded server is filled"
        )
    database = postgres(settings)
    if _is_filled(database, name):
        output.console.print(f"the embedded PostgreSQL has the tables of {name} already")
        return
    shop = replace(shop_settings(settings), broken_rate=0, duplicate_rate=0)
    last = settings.end_date
    days = Days((Window(max(last - (settings.run_days - 1) * ONE_DAY, settings.start_date), last + ONE_DAY),))
    use_keys("integer")  # the application's keys are made of them
    with output.console.status(f"writing {days.summary} to the embedded PostgreSQL"):
        _write(database, shop, days)
    with output.console.status(f"copying them into the tables of {name}"), database.connect() as connection:
        connection.execute("SET LOCAL search_path TO public")
        for file in ("schema.sql", "fill.sql"):
            connection.execute((folder / file).read_bytes())
    use_keys(settings.key_type)
    output.console.print(f"the embedded PostgreSQL has {days.summary} of a shop in the tables of {name}")


def _is_filled(database: PostgresResource, name: str) -> bool:
    with database.connect() as connection:
        try:
            return bool(mapping_of(connection, name))
        except PlatformError:  # it lacks the tables
            return False


def _write(database: PostgresResource, shop: ShopSettings, days: Days) -> None:
    """Write what the synthetic shop's application wrote on these days."""
    database.create_tables([*TABLES.values()])
    for name, table in TABLES.items():
        if name in DIMENSIONS:
            gone = deleted(shop, name, days.last)
            database.write(table, snapshot(shop, name, days.last).to_reader(), partial(_same, gone), days)
            continue
        every = [written(shop, name, day) for day in days]
        rows = pa.RecordBatchReader.from_batches(
            arrow_schema(table), (batch for of_day in every for batch in of_day.rows.to_batches())
        )
        gone = pa.concat_tables(of_day.deleted for of_day in every)
        database.write(table, rows, partial(_same, gone), days)


def _same(gone: pa.Table) -> pa.Table:
    return gone
